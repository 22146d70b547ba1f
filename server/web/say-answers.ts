import type { Answer } from '../models/appointment-field.js';

/** An answer as it is read. */
export interface SaidAnswer {
  /** The question's id. */
  field: string;
  label: string;
  text: string;
}

/** What was answered when a meeting was booked, in the words of the questions then. @param to a family is not shown what is for staff only */
export function sayAnswers(answers: Answer[] | undefined, to: 'staff' | 'family'): SaidAnswer[] {
  return (answers ?? [])
    .filter(({ staffOnly }) => to === 'staff' || !staffOnly)
    .map(({ field, label, kind, value }) => ({ field, label, text: kind === 'tick' ? 'Yes' : value }));
}
