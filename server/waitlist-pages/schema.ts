import Joi from 'joi';
import type { Types } from 'mongoose';
import { MAX_DAYS } from '../models/event.js';
import { goer } from '../parents/schema.js';
import { clock, dayBoxes, objectId } from '../web/form-fields.js';

export interface JoinForm {
  resource: Types.ObjectId;
  student: Types.ObjectId;
  /** An adult's id, or 'all'. Absent: who joins. */
  goer?: string;
}

/** The button on a teacher's times, which sends what else that form has. */
export const joinForm = Joi.object<JoinForm>({
  resource: objectId().required(),
  student: objectId().required(),
  goer: goer(),
}).unknown();

export const joinQuery = Joi.object<Omit<JoinForm, 'goer'>, true>({
  resource: objectId().required(),
  student: objectId().required(),
});

export interface HoursForm {
  day: string[];
  /** The days that the form shows. */
  shown: string[];
  from: string;
  to: string;
}

/** Whatever is not as the form has it is as if it had not been sent. */
export const hoursForm = Joi.object<HoursForm>({
  day: dayBoxes(MAX_DAYS),
  shown: dayBoxes(MAX_DAYS),
  from: clock().empty('').default(''),
  to: clock().empty('').default(''),
}).unknown();

export const offerForm = Joi.object<{ slot: Types.ObjectId }, true>({
  slot: objectId().required().label('a time'),
});

export const linesQuery = Joi.object<{ teacher?: Types.ObjectId; page: number }, true>({
  teacher: objectId(),
  page: Joi.number().integer().min(1).max(10_000).default(1),
});
