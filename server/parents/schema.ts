import Joi from 'joi';
import type { Types } from 'mongoose';
import { newPassword, personName } from '../accounts/schema.js';
import { emailAddress, line, objectId, objectIds } from '../web/form-fields.js';

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

/** What a parent types to show that a child is theirs: a number with a birth date or the school's code, or a printed code alone. */
export interface ChildProofForm {
  number: string;
  month: string;
  day: string;
  year: string;
  code: string;
}

const typed = (most: number) => line(most).allow('').default('');

export const proofFields = {
  number: typed(60),
  month: typed(60),
  day: typed(60),
  year: typed(60),
  code: typed(60),
};

export const childProofSchema = Joi.object<ChildProofForm, true>(proofFields);

export const childrenSchema = Joi.object<{ students: Types.ObjectId[] }, true>({
  students: objectIds(50).min(1).required().label('a child'),
});

/** Until when what the school changed was seen, in ms, and which meetings the page named. */
export const newsForm = Joi.object<{ until: number; shown: Types.ObjectId[] }, true>({
  shown: objectIds(50).default([]),
  until: Joi.number().integer().min(0).max(8.64e15).required(),
});

/** Who goes. Whatever is no such value counts for nothing. */
export const goer = () =>
  Joi.any().custom((value: unknown) =>
    typeof value === 'string' && /^([0-9a-f]{24}|all)$/.test(value) ? value : undefined,
  ) as unknown as Joi.StringSchema;

export interface TimesQuery {
  student?: Types.ObjectId;
  change?: Types.ObjectId;
  /** Who goes: an adult's id, or 'all'. */
  goer?: string;
  /** The time that was refused. */
  slot?: Types.ObjectId;
  /** What was on hold, and what was typed there. */
  kept?: Types.ObjectId;
}

export const timesQuery = Joi.object<TimesQuery, true>({
  student: objectId(),
  change: objectId(),
  slot: objectId(),
  kept: objectId(),
  goer: goer(),
});

export interface HoldForm {
  slot: Types.ObjectId;
  student: Types.ObjectId;
  /** Of the page that the click was made on: clicking twice asks once. */
  key: string;
  change?: Types.ObjectId;
  /** What was on hold before, whose note and answers go on. */
  kept?: Types.ObjectId;
  /** Who goes: an adult's id, or 'all'. */
  goer?: string;
  /** One meeting about all the siblings who have this teacher. */
  together: boolean;
  /** The page said that a press books. */
  now: boolean;
}

export const holdSchema = Joi.object<HoldForm, true>({
  slot: objectId().required().label('a time'),
  student: objectId().required().label('a child'),
  key: Joi.string().max(40).alphanum().required().label('a time'),
  now: Joi.boolean().truthy('1').empty('').default(false).label('a time'),
  change: objectId().empty('').label('the meeting to change'),
  kept: objectId().empty('').label('a time'),
  goer: goer(),
  together: Joi.boolean().truthy('1').empty('').default(false).label('a child'),
});

/** Of the page on which a time was taken again: clicking twice asks once. */
export const againForm = Joi.object<{ key: string }, true>({
  key: Joi.string().max(40).alphanum().allow('').default(''),
});

/** A link that was typed again, whole or its last part. */
export const linkQuery = Joi.object<{ link: string }, true>({ link: line(300).allow('').default('') });
