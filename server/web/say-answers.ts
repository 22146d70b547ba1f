import type { Answer } from '../models/appointment-field.js';
import { ENGLISH, type Words } from './words.js';

/** An answer as people read it. */
export interface SaidAnswer {
  /** The question's id. */
  field: string;
  label: string;
  text: string;
}

/** Who interprets, as staff read it beside the answers; nothing where nobody does. */
export function sayInterpreter(interpreter: { name: string } | undefined): SaidAnswer[] {
  return interpreter?.name ? [{ field: 'interpreter', label: 'Interpreter', text: interpreter.name }] : [];
}

/** What was answered when a meeting was booked, in the words of the questions then. @param to a family is not shown what is for staff only */
export function sayAnswers(
  answers: Answer[] | undefined,
  to: 'staff' | 'family',
  t: Words = ENGLISH,
): SaidAnswer[] {
  return (answers ?? [])
    .filter(({ staffOnly }) => to === 'staff' || !staffOnly)
    .map(({ field, label, kind, value }) => ({
      field,
      label,
      text: kind === 'tick' ? t('meeting.yes') : value,
    }));
}
