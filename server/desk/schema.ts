import Joi from 'joi';
import type { Types } from 'mongoose';
import { OVERRIDABLE, type Overridable } from '../models/refusal.js';
import { line, objectId, objectIds } from '../web/form-fields.js';

/** The longest reason for setting a rule aside, and the longest message to a family. */
export const REASON_MAX = 300;
export const NOTICE_MAX = 500;
/** The most appointments that move together: a page of the problem list. */
const MOST_MOVED = 50;

export interface DeskQuery {
  q: string;
  /** The time for which somebody is wanted. */
  slot?: Types.ObjectId;
}

export const deskQuery = Joi.object<DeskQuery, true>({
  q: line(100).allow('').default(''),
  slot: objectId(),
});

/** For whom of a child's family a booking is: a household, an adult of the roster, or nobody known. */
const adultKey = () =>
  Joi.string()
    .max(26)
    .pattern(/^(?:[hc][0-9a-f]{24}|none)$/);

export const childQuery = Joi.object<{ adult: string; goer?: Types.ObjectId }, true>({
  adult: adultKey().allow('').default(''),
  goer: objectId().empty(''),
});

export interface OverrideForm {
  /** Rules to set aside; if there are none, the booking keeps all of them. */
  rules: Overridable[];
  reason: string;
  /** The key of the page: a double click sends the request once. */
  key: string;
}

const shared = () => ({
  rules: Joi.array()
    .single()
    .max(OVERRIDABLE.length)
    .items(Joi.string().valid(...OVERRIDABLE))
    .default([])
    .label('the rules to set aside'),
  reason: line(REASON_MAX)
    .label('a reason')
    .when('rules', {
      is: Joi.array().min(1).max(OVERRIDABLE.length),
      then: Joi.required().messages({
        'any.required': 'Enter why you’re booking outside the rules.',
        'string.empty': 'Enter why you’re booking outside the rules.',
      }),
      otherwise: Joi.string().max(REASON_MAX).allow('').default(''),
    }),
  key: Joi.string().max(40).alphanum().required().label('a time'),
});

export interface HoldForm extends OverrideForm {
  slot: Types.ObjectId;
  student: Types.ObjectId;
  adult: string;
  /** The adult who goes alone; absent: all. */
  goer?: Types.ObjectId;
}

export const holdForm = Joi.object<HoldForm, true>({
  slot: objectId().required().label('a time'),
  student: objectId().required().label('a child'),
  adult: adultKey().required().label('an adult'),
  goer: objectId().empty('').label('who goes'),
  ...shared(),
});

export interface MoveForm extends OverrideForm {
  slot: Types.ObjectId;
}

export const moveForm = Joi.object<MoveForm, true>({
  slot: objectId().required().label('a new time').messages({
    'any.required': 'Select a new time.',
    'string.empty': 'Select a new time.',
    'string.base': 'Select one new time.',
    'string.pattern.base': 'Select a new time.',
  }),
  ...shared(),
});

export const cancelForm = Joi.object<{ notice: string }, true>({
  notice: line(NOTICE_MAX).allow('').default('').label('a message'),
});

export const mailForm = Joi.object<{ key: string }, true>({
  key: Joi.string().max(40).alphanum().required().label('the form again'),
});

export const selectionForm = Joi.object<{ ids: Types.ObjectId[] }, true>({
  ids: objectIds(MOST_MOVED).min(1).required().label('an appointment').messages({
    'any.required': 'Select the appointments to move first.',
  }),
});

export interface ManyForm {
  /** Which appointment goes to which slot: two ids separated by a dash. */
  moves: string[];
  key: string;
}

export const manyForm = Joi.object<ManyForm, true>({
  moves: Joi.array()
    .single()
    .min(1)
    .max(MOST_MOVED)
    .items(
      Joi.string()
        .max(49)
        .pattern(/^[0-9a-f]{24}-[0-9a-f]{24}$/),
    )
    .required()
    .label('an appointment')
    .messages({ 'any.required': 'Select the appointments to move first.' }),
  key: Joi.string().max(40).alphanum().required().label('an appointment'),
});
