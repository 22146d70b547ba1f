import type { PlanGap } from '../models/plan.js';
import type { Style } from '../web/place.js';
import { wordsOf } from '../web/words.js';

const SENTENCES: Record<PlanGap, string> = {
  full: 'plan.why.full',
  'not then': 'plan.why.notThen',
  'no room': 'plan.why.noRoom',
  'left out': 'plan.why.leftOut',
  'not offered': 'plan.why.notOffered',
  'not here': 'plan.why.notHere',
  'too late': 'plan.why.tooLate',
  'not open': 'plan.why.notOpen',
  'not your child': 'plan.why.notHere',
  'no class': 'plan.why.notHere',
  taken: 'plan.why.taken',
  'hold ended': 'plan.why.taken',
  'changed meanwhile': 'plan.why.taken',
  'too many holds': 'plan.why.taken',
  'not answered': 'plan.why.taken',
  'teacher busy': 'plan.why.teacherBusy',
  'household busy': 'plan.why.noRoom',
  'too late to change': 'plan.why.tooLate',
  'teacher limit': 'plan.why.teacherLimit',
  'class limit': 'plan.why.teacherLimit',
  'student limit': 'plan.why.studentLimit',
  'household limit': 'plan.why.familyLimit',
  'day limit': 'plan.why.dayLimit',
};

/** Why a meeting has no time in a plan. It tells nothing of another household. */
export function sayGap(gap: PlanGap, reader: Style): string {
  return wordsOf(reader)(SENTENCES[gap]);
}

/** Whether a family that looks itself may find a time. */
export function mayChoose(gap: PlanGap): boolean {
  return [
    'not then',
    'no room',
    'left out',
    'taken',
    'hold ended',
    'teacher busy',
    'household busy',
    'day limit',
    'changed meanwhile',
  ].includes(gap);
}
