import type { AppointmentProblem } from '../models/appointment.js';

const SENTENCES = {
  'not together': 'The student is no longer in a class with this teacher (found by the sync).',
  'class deleted': 'The class was deleted from this event.',
  torn: 'Its slots were moved apart. Move it to a time where they follow each other, or cancel it.',
  'two at once': 'The family has another appointment at this time.',
} as const;

/** Why an appointment is in the problem list, as a sentence; '' if nothing is noted. */
export function sayProblem(problem: AppointmentProblem | undefined): string {
  if (!problem) return '';
  return problem.code === 'text' ? (problem.text ?? '') : SENTENCES[problem.code];
}
