import type { Answer } from '../models/appointment-field.js';

/** An answer as people read it. */
export interface SaidAnswer {
  /** The question's id. */
  field: string;
  label: string;
  text: string;
}

/**
 * The answers given when a meeting was booked, with the questions as they were then.
 * @param to a family does not see answers for staff only
 */
export function sayAnswers(answers: Answer[] | undefined, to: 'staff' | 'family'): SaidAnswer[] {
  return (answers ?? [])
    .filter(({ staffOnly }) => to === 'staff' || !staffOnly)
    .map(({ field, label, kind, value }) => ({ field, label, text: kind === 'tick' ? 'Yes' : value }));
}
