import Joi from 'joi';
import { DateTime } from 'luxon';
import type { Types } from 'mongoose';
import { newPassword, personName } from '../accounts/schema.js';
import { emailAddress, line, objectId, objectIds } from '../web/parse.js';

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

/** Until when what the school changed was seen, in ms. */
export const newsForm = Joi.object<{ until: number }, true>({
  until: Joi.number().integer().min(0).max(8.64e15).required(),
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
