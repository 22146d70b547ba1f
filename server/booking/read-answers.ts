import Joi from 'joi';
import type { Answer, AppointmentField } from '../models/appointment-field.js';
import type { Event } from '../models/event.js';
import { line, parseForm, phoneNumber } from '../web/parse.js';

/** Who books: a family is not asked what is for staff only. */
export type Booker = 'household' | 'school';

const TEXT_MAX = 200;
const LONG_MAX = 1000;

/** The questions that somebody who books is asked. */
export function questionsFor({ fields = [] }: Pick<Event, 'fields'>, by: Booker): AppointmentField[] {
  return fields.filter(({ staffOnly }) => by === 'school' || !staffOnly);
}

/** What a question's field is called in a form. */
export function answerName({ id }: Pick<AppointmentField, 'id'>): string {
  return `answer-${id}`;
}

/** Checks what was answered in a form; what is empty is no answer. Each message names its question. */
export function readAnswers(
  fields: AppointmentField[],
  body: unknown,
): { ok: true; answers: Answer[] } | { ok: false; errors: Record<string, string> } {
  const shape = Object.fromEntries(fields.map((field) => [answerName(field), schemaOf(field)]));
  const parsed = parseForm(Joi.object<Record<string, string>>(shape), body);
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

/** The answers of an appointment after somebody was asked: who is not asked a question changes no answer to it. */
export function mergeAnswers(before: Answer[], given: Answer[], asked: AppointmentField[]): Answer[] {
  const kept = before.filter(({ field }) => !asked.some(({ id }) => id === field));
  return [...given, ...kept];
}

function schemaOf({ kind, label, choices, required }: AppointmentField): Joi.StringSchema {
  const said = `“${label}”`;
  const named = kindOf(kind, choices).messages({
    'any.required': kind === 'tick' ? `Select ${said} to book.` : `Answer ${said}.`,
    'any.only': `Select one of the choices of ${said}.`,
    'string.base': `Answer ${said} once.`,
    'string.max': `${said}: use {#limit} characters at most.`,
    'string.pattern.base': `${said}: enter a phone number with at least 7 digits, like 555-010-1234.`,
  });
  return required ? named.empty('').required() : named.allow('').default('');
}

function kindOf(kind: AppointmentField['kind'], choices: string[]): Joi.StringSchema {
  switch (kind) {
    case 'text':
      return line(TEXT_MAX);
    case 'long text':
      return Joi.string()
        .trim()
        .replace(/\r\n?/g, '\n')
        .replace(/[^\P{Cc}\n]/gu, ' ')
        .max(LONG_MAX);
    case 'choice':
      return Joi.string().valid(...choices);
    case 'tick':
      return Joi.string().valid('yes');
    case 'phone':
      return phoneNumber();
  }
}
