import Joi from 'joi';
import type { AppointmentField } from '../models/appointment-field.js';
import { MOST_IN_A_ROW } from '../models/event.js';
import type { MeetingKind } from '../models/slot.js';
import { line, phoneNumber } from '../web/form-fields.js';
import type { Words } from '../web/words.js';

const meetingKind = () => Joi.string().valid('in person', 'video').label('how you want to meet');

/**
 * The form that confirms a booking.
 * @param chooses whether the family says how they meet
 */
export function confirmForm(chooses: boolean): Joi.ObjectSchema<ConfirmForm> {
  return confirmSchema.keys({
    meet: chooses
      ? meetingKind().required().messages(sameTexts('Select how you want to meet: in person or by video.'))
      : Joi.any().strip(),
  });
}

const WRONG = [
  'any.required',
  'any.only',
  'string.base',
  'number.base',
  'number.min',
  'number.max',
  'number.integer',
];

/** The same message whatever is wrong with a field. */
function sameTexts(message: string): Record<string, string> {
  return Object.fromEntries(WRONG.map((kind) => [kind, message]));
}

export interface ConfirmForm {
  note: string;
  meet?: MeetingKind;
  /** How many slots in a row. Absent where it was not asked. */
  inARow?: number;
}

/** The longest note of a family. */
export const NOTE_MAX = 500;

const confirmSchema = Joi.object<ConfirmForm>({
  inARow: Joi.number()
    .integer()
    .min(1)
    .max(MOST_IN_A_ROW)
    .empty('')
    .messages(sameTexts('Select how long you want to meet.')),
  note: Joi.string()
    .trim()
    // Browsers count a line end as one character and send two.
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, ' ')
    .max(NOTE_MAX)
    .allow('')
    .default('')
    .label('a note'),
});

export const noteForm = confirmSchema;

/** `undo`: sent from the page that follows a booking. */
export const cancelForm = Joi.object<{ undo: boolean }, true>({
  undo: Joi.boolean().truthy('1').empty('').default(false),
});

const TEXT_MAX = 200;
const LONG_MAX = 1000;

/** The name of a question's field in a form. */
export function answerName({ id }: Pick<AppointmentField, 'id'>): string {
  return `answer-${id}`;
}

/** The form of an event's questions. Each message names its question. */
export function answersForm(fields: AppointmentField[], t: Words): Joi.ObjectSchema<Record<string, string>> {
  return Joi.object<Record<string, string>>(
    Object.fromEntries(fields.map((field) => [answerName(field), schemaOf(field, t)])),
  );
}

function schemaOf({ kind, label, choices, required }: AppointmentField, t: Words): Joi.StringSchema {
  const named = kindOf(kind, choices).messages({
    'any.required': t(kind === 'tick' ? 'forms.answerTick' : 'forms.answer', { label }),
    'any.only': t('forms.answerWhich', { label }),
    'string.base': t('forms.answerOnce', { label }),
    'string.max': t('forms.answerLong', { label, count: kind === 'long text' ? LONG_MAX : TEXT_MAX }),
    'string.pattern.base': t('forms.answerPhone', { label }),
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
