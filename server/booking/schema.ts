import Joi from 'joi';
import { DateTime } from 'luxon';
import type { Types } from 'mongoose';
import type { AppointmentField } from '../models/appointment-field.js';
import { MOST_IN_A_ROW } from '../models/event.js';
import type { MeetingKind } from '../models/slot.js';
import { newPassword, personName } from '../accounts/schema.js';
import { emailAddress, line, objectId, objectIds, phoneNumber } from '../web/parse.js';
import type { Words } from '../web/words.js';

export interface Registration {
  name: string;
  email: string;
  password: string;
}

export const registrationSchema = Joi.object<Registration, true>({
  name: personName(),
  email: emailAddress().required(),
  password: newPassword(),
});

export interface ChildProofForm {
  number: string;
  day?: number;
  month?: number;
  year?: number;
  code: string;
}

const part = (least: number, most: number, label: string): Joi.NumberSchema =>
  Joi.number()
    .integer()
    .min(least)
    .max(most)
    .empty('')
    .label(label)
    .messages(sameForAll(`Enter ${label} as a number from ${least} to ${most}.`));

const FOUR_DIGITS = sameForAll('Enter the year with four digits, like 2015.');

/** One message whatever is wrong with a number. */
function sameForAll(message: string): Record<string, string> {
  return { 'number.base': message, 'number.min': message, 'number.max': message, 'number.integer': message };
}

/** Three fields for a date: nobody mistakes the day for the month, and every phone can type it. */
export const childProofSchema = Joi.object<ChildProofForm, true>({
  number: line(60).required().label('the Student ID'),
  day: part(1, 31, 'the day'),
  month: part(1, 12, 'the month'),
  year: part(1900, 2100, 'the year').messages(FOUR_DIGITS),
  code: line(60).empty('').default(''),
});

/** The date as YYYY-MM-DD; '' where it is not given or there is no such day. */
export function birthDateOf({ day, month, year }: ChildProofForm): string {
  if (!day || !month || !year) return '';
  const date = DateTime.fromObject({ year, month, day });
  return date.toISODate() ?? '';
}

export const childrenSchema = Joi.object<{ students: Types.ObjectId[] }, true>({
  students: objectIds(50).min(1).required().label('a child'),
});

export interface TimesQuery {
  student?: Types.ObjectId;
  change?: Types.ObjectId;
}

export const timesQuery = Joi.object<TimesQuery, true>({ student: objectId(), change: objectId() });

export interface HoldForm {
  slot: Types.ObjectId;
  student: Types.ObjectId;
  /** Of the page that the click was made on: clicking twice asks once. */
  key: string;
  change?: Types.ObjectId;
  /** The page said that a press books. */
  now: boolean;
}

export const holdSchema = Joi.object<HoldForm, true>({
  slot: objectId().required().label('a time'),
  student: objectId().required().label('a child'),
  key: Joi.string().max(40).alphanum().required().label('a time'),
  now: Joi.boolean().truthy('1').empty('').default(false).label('a time'),
  change: objectId().empty('').label('the meeting to change'),
});

const meetingKind = () => Joi.string().valid('in person', 'video').label('how you want to meet');

/** @param chooses whether the family says how they meet */
export function confirmForm(chooses: boolean): Joi.ObjectSchema<ConfirmForm> {
  return confirmSchema.keys({
    meet: chooses
      ? meetingKind().required().messages(sameTexts('Select how you want to meet: in person or by video.'))
      : Joi.any().strip(),
  });
}

function sameTexts(message: string): Record<string, string> {
  return { 'any.required': message, 'any.only': message, 'string.base': message };
}

export interface ConfirmForm {
  note: string;
  meet?: MeetingKind;
  /** How many slots in a row; absent where nothing was asked. */
  inARow?: number;
}

const confirmSchema = Joi.object<ConfirmForm>({
  inARow: Joi.number()
    .integer()
    .min(1)
    .max(MOST_IN_A_ROW)
    .empty('')
    .messages(sameForAll('Select how long you want to meet.')),
  note: Joi.string()
    .trim()
    // Browsers count the end of a line as one character and send two.
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, ' ')
    .max(500)
    .allow('')
    .default('')
    .label('a note'),
});

export const noteForm = confirmSchema;

/** `undo`: pressed on the page of what was booked just now. */
export const cancelForm = Joi.object<{ undo: boolean }, true>({
  undo: Joi.boolean().truthy('1').empty('').default(false),
});

const TEXT_MAX = 200;
const LONG_MAX = 1000;

/** What a question's field is called in a form. */
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
