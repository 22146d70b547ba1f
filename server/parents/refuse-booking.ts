import type { Refusal } from '../models/refusal.js';
import type { Office } from '../models/message.js';
import type { Style } from '../web/place.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import { MOST_HOLDS } from '../booking/policy.js';

/** What a refusal is about, where it is known. */
export interface Refused {
  child: string;
  teacher: string;
  /** How many meetings a student may have with one teacher. */
  most: number;
  /** The family’s other meeting, as a sentence; '' where none is known. */
  clash: string;
  /** The language that nobody interprets then; '' where it is not known. */
  language: string;
  /** When booking opens, or since when it is closed, as a sentence. */
  window: string;
}

/** No other time of the same teacher helps against these. */
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

/** What a parent reads, as keys of the catalog. */
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

/** Why a booking was refused, in the reader's language. @param place the event, as they read it */
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
