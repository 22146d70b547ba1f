import type { Answer, AppointmentField } from '../models/appointment-field.js';
import type { Event } from '../models/event.js';
import { parseForm } from '../web/parse.js';
import { ENGLISH, type Words } from '../web/words.js';
import { answerName, answersForm } from './schema.js';

/** Who books. A family is not asked the questions that are for staff only. */
export type Booker = 'household' | 'school';

/** The questions that somebody is asked when booking. */
export function questionsFor({ fields = [] }: Pick<Event, 'fields'>, by: Booker): AppointmentField[] {
  return fields.filter(({ staffOnly }) => by === 'school' || !staffOnly);
}

/**
 * Checks the answers of a form; an empty one counts as none. Each message names its question.
 * @param t the words of whoever answers
 */
export function readAnswers(
  fields: AppointmentField[],
  body: unknown,
  t: Words = ENGLISH,
): { ok: true; answers: Answer[] } | { ok: false; errors: Record<string, string> } {
  const parsed = parseForm(answersForm(fields, t), body);
  if (!parsed.ok) return { ok: false, errors: parsed.errors };
  const answers = fields.flatMap((field): Answer[] => {
    const value = parsed.value[answerName(field)] ?? '';
    const { id, label, kind, staffOnly } = field;
    return value === '' ? [] : [{ field: id, label, kind, value, ...(staffOnly ? { staffOnly } : {}) }];
  });
  return { ok: true, answers };
}

/** Whether every question that a booking needs an answer to has one. */
export function isAnswered(fields: AppointmentField[], answers: Answer[]): boolean {
  return fields.every(({ id, required }) => !required || answers.some(({ field }) => field === id));
}

/** Merges new answers into an appointment's earlier ones. Answers to questions that were not asked stay. */
export function mergeAnswers(before: Answer[], given: Answer[], asked: AppointmentField[]): Answer[] {
  const kept = before.filter(({ field }) => !asked.some(({ id }) => id === field));
  return [...given, ...kept];
}
