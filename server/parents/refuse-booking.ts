import type { Refusal } from '../models/refusal.js';
import type { Office } from '../models/message.js';
import type { Style } from '../web/place.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import { MOST_HOLDS } from '../booking/policy.js';

/** Facts that a refusal's sentence may use. */
export interface Refused {
  child: string;
  teacher: string;
  /** The most meetings a student may have with one teacher. */
  most: number;
  /** The family's other meeting, as a sentence; '' if unknown. */
  clash: string;
  /** The language without an interpreter; '' if unknown. */
  language: string;
  /** When booking opens or closed, as a sentence. */
  window: string;
}

/** Refusals that no other time of the same teacher avoids. */
export const OF_WISH: readonly Refusal[] = [
  'not open',
  'teacher limit',
  'class limit',
  'student limit',
  'household limit',
  'too late to change',
  'changed meanwhile',
  'too many holds',
];

/** The sentences that parents read, as keys of the catalog. */
const SENTENCES: Record<Refusal, string> = {
  'not open': 'refusals.notOpen',
  'not here': 'refusals.notHere',
  'not offered': 'refusals.notOffered',
  'too late': 'refusals.tooLate',
  'not your child': 'refusals.notYours',
  'no class': 'refusals.noClass',
  taken: 'refusals.taken',
  'teacher busy': 'refusals.teacherBusy',
  'household busy': 'refusals.householdBusy',
  'interpreter busy': 'refusals.interpreterBusy',
  'teacher limit': 'refusals.teacherLimit',
  'class limit': 'refusals.classLimit',
  'student limit': 'refusals.studentLimit',
  'day limit': 'refusals.dayLimit',
  'household limit': 'refusals.householdLimit',
  'too late to change': 'refusals.tooLateToChange',
  'changed meanwhile': 'refusals.changing',
  'too many holds': 'refusals.tooManyHolds',
  'not answered': 'refusals.notAnswered',
  'too long': 'refusals.tooLong',
  'next taken': 'refusals.nextTaken',
  'hold ended': 'refusals.holdEnded',
};

/**
 * Says why a booking was refused.
 * @param place the event in the reader's language
 */
export function sayRefusal(
  place: Style & { office?: Office },
  reason: Refusal,
  of: Partial<Refused> = {},
): string {
  const t = wordsOf(place);
  if (reason === 'household busy' && of.clash) return of.clash;
  if (reason === 'not open' && of.window) return of.window;
  if (reason === 'interpreter busy' && of.language)
    return t('refusals.interpreterBusyIn', { language: of.language });
  return t(SENTENCES[reason], {
    child: of.child ?? t('children.yourChild'),
    teacher: of.teacher ?? t('refusals.thisTeacher'),
    office: callOffice(place),
    count: reason === 'too many holds' ? MOST_HOLDS : (of.most ?? 1),
  });
}
