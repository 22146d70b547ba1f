import Joi from 'joi';
import type { Types } from 'mongoose';
import { FIELD_KINDS, type AppointmentField, type FieldKind } from '../../models/appointment-field.js';
import { line, objectIds, tick } from '../../web/form-fields.js';

export const MAX_QUESTIONS = 12;
const LABEL_MAX = 120;
const CHOICE_MAX = 60;
const MAX_CHOICES = 20;

export const KIND_WORDS: Record<FieldKind, string> = {
  text: 'Short text',
  'long text': 'Long text',
  choice: 'Choice from a list',
  tick: 'Checkbox',
  phone: 'Phone number',
};

/** A question as its fields in the form have it; the choices are lines. */
export interface Row {
  id: string;
  label: string;
  kind: string;
  choices: string;
  required: boolean;
  staffOnly: boolean;
}

/** The questions of the form, in order, and the button that sent it: `save`, `add`, or `up`, `down` or `remove` with an id. */
export const listSchema = Joi.object<{ fields: Types.ObjectId[]; act: string }, true>({
  fields: objectIds(MAX_QUESTIONS)
    .default([])
    .label('the questions')
    .messages({ 'array.max': `Ask ${MAX_QUESTIONS} questions at most.` }),
  act: Joi.string()
    .max(40)
    .pattern(/^(save|add|(up|down|remove):[0-9a-f]{24})$/)
    .default('save')
    .label('what to do with the questions'),
});

type RowForm = Omit<AppointmentField, 'id'>;

export const rowSchema = Joi.object<RowForm, true>({
  label: line(LABEL_MAX).required().label('what you ask'),
  kind: Joi.string()
    .valid(...FIELD_KINDS)
    .required()
    .label('a kind of answer'),
  choices: Joi.any()
    .custom(linesOf)
    .messages({
      'choices.few': 'enter at least two choices, one per line.',
      'choices.many': `enter ${MAX_CHOICES} choices at most.`,
      'choices.long': `use ${CHOICE_MAX} characters at most for each choice.`,
    })
    .label('the choices') as unknown as Joi.ArraySchema<string[]>,
  required: tick(),
  staffOnly: tick(),
});

/** Each line once, without spaces around it. */
function linesOf(text: unknown, check: Joi.CustomHelpers): unknown {
  const [{ kind }] = check.state.ancestors as [{ kind?: unknown }];
  const lines = String(text)
    .split(/\r\n?|\n/)
    .map((one) => one.replace(/\p{Cc}+/gu, ' ').trim());
  const choices = [...new Set(lines.filter(Boolean))];
  if (kind !== 'choice') return [];
  if (choices.length < 2) return check.error('choices.few');
  if (choices.length > MAX_CHOICES) return check.error('choices.many');
  return choices.some((one) => one.length > CHOICE_MAX) ? check.error('choices.long') : choices;
}
