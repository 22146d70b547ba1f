import Joi from 'joi';
import type { Types } from 'mongoose';
import { MAX_DAYS } from '../models/event.js';
import { objectId } from '../web/parse.js';

export interface JoinForm {
  resource: Types.ObjectId;
  student: Types.ObjectId;
}

/** The button on a teacher's times, which sends what else that form has. */
export const joinForm = Joi.object<JoinForm>({
  resource: objectId().required(),
  student: objectId().required(),
}).unknown();

export const joinQuery = Joi.object<JoinForm, true>({
  resource: objectId().required(),
  student: objectId().required(),
});

export interface HoursForm {
  day: string[];
  from: string;
  to: string;
}

const clock = () =>
  Joi.string()
    .max(5)
    .pattern(/^\d\d:\d\d$/)
    .empty('')
    .default('');

/** Whatever is not as the form has it is as if it had not been sent. */
export const hoursForm = Joi.object<HoursForm>({
  day: Joi.array()
    .items(
      Joi.string()
        .max(10)
        .pattern(/^\d{4}-\d\d-\d\d$/),
    )
    .single()
    .max(MAX_DAYS)
    .default([]),
  from: clock(),
  to: clock(),
}).unknown();

export const offerForm = Joi.object<{ slot: Types.ObjectId }, true>({
  slot: objectId().required().label('a time'),
});
