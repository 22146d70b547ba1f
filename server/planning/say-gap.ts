import type { PlanGap } from '../models/plan.js';
import type { Style } from '../web/place.js';
import { wordsOf } from '../web/words.js';

const SENTENCES: Record<PlanGap, string> = {
  full: 'planWhy.full',
  'not then': 'planWhy.notThen',
  'no room': 'planWhy.noRoom',
  'left out': 'planWhy.leftOut',
  'not offered': 'planWhy.notOffered',
  'not here': 'planWhy.notHere',
  'too late': 'planWhy.tooLate',
  'not open': 'planWhy.notOpen',
  'not your child': 'planWhy.notHere',
  'no class': 'planWhy.notHere',
  taken: 'planWhy.taken',
  'hold ended': 'planWhy.taken',
  'changed meanwhile': 'planWhy.taken',
  'too many holds': 'planWhy.taken',
  'not answered': 'planWhy.taken',
  'teacher busy': 'planWhy.teacherBusy',
  'household busy': 'planWhy.noRoom',
  'interpreter busy': 'planWhy.interpreterBusy',
  'too late to change': 'planWhy.tooLate',
  'too long': 'planWhy.taken',
  'next taken': 'planWhy.taken',
  'teacher limit': 'planWhy.teacherLimit',
  'class limit': 'planWhy.teacherLimit',
  'student limit': 'planWhy.studentLimit',
  'household limit': 'planWhy.familyLimit',
  'day limit': 'planWhy.dayLimit',
};

/** Why a meeting has no time in a plan. It tells nothing of other households. */
export function sayGap(gap: PlanGap, reader: Style): string {
  return wordsOf(reader)(SENTENCES[gap]);
}

/** Whether the family may find a time by looking itself. */
export function mayChoose(gap: PlanGap): boolean {
  return [
    'not then',
    'no room',
    'left out',
    'taken',
    'hold ended',
    'teacher busy',
    'household busy',
    'interpreter busy',
    'day limit',
    'changed meanwhile',
    // Possible after they leave out another meeting.
    'household limit',
    'student limit',
  ].includes(gap);
}

/** Whether a time that they could have may become free. */
export function mayWait(gap: PlanGap): boolean {
  return [
    ...(['full', 'not then', 'no room', 'not offered', 'taken', 'hold ended'] as const),
    ...(['teacher busy', 'household busy', 'interpreter busy', 'day limit', 'changed meanwhile'] as const),
  ].some((one) => one === gap);
}
