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

/** What a parent types to prove a child: a number with a birth date or the school's code, or a printed code alone. */
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

/** Until when the school's changes were seen, in ms, and the meetings that the page named. */
export const newsForm = Joi.object<{ until: number; shown: Types.ObjectId[] }, true>({
  shown: objectIds(50).default([]),
  until: Joi.number().integer().min(0).max(8.64e15).required(),
});

/** Who goes. Any other value counts as absent. */
export const goer = () =>
  Joi.any().custom((value: unknown) =>
    typeof value === 'string' && /^([0-9a-f]{24}|all)$/.test(value) ? value : undefined,
  ) as unknown as Joi.StringSchema;

export interface TimesQuery {
  student?: Types.ObjectId;
  change?: Types.ObjectId;
  /** Who goes: an adult's id, or 'all'. */
  goer?: string;
  /** The refused time. */
  slot?: Types.ObjectId;
  /** The former hold, with what was typed there. */
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
  /** The key of the page where the user clicked: clicking twice asks once. */
  key: string;
  change?: Types.ObjectId;
  /** The former hold, whose note and answers are kept. */
  kept?: Types.ObjectId;
  /** Who goes: an adult's id, or 'all'. */
  goer?: string;
  /** One meeting for all siblings who have this teacher. */
  together: boolean;
  /** Whether the page said that one press books. */
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

/** The key of the page on which a time was held again: clicking twice asks once. */
export const againForm = Joi.object<{ key: string }, true>({
  key: Joi.string().max(40).alphanum().allow('').default(''),
});

/** A typed link, whole or only its last part. */
export const linkQuery = Joi.object<{ link: string }, true>({ link: line(300).allow('').default('') });
