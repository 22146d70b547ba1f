import Joi from 'joi';
import { emailAddress, line, tick } from '../web/form-fields.js';

export const familiesQuery = Joi.object<{ q: string; page: number }, true>({
  q: line(100).allow('').default(''),
  page: Joi.number().integer().min(1).max(10_000).default(1),
});

/** Whom an adult is to act as one with, in the address of the page that asks and in its form. */
export const togetherForm = Joi.object<{ email: string }, true>({
  email: emailAddress().empty('').default('').label('the other adult’s email address'),
});

/** What happens to future appointments. */
export type Outcome = 'keep' | 'cancel';

export interface TakingForm {
  /** Required if there are future appointments. */
  appointments?: Outcome;
  /** Whether the adult is told by email. */
  tell: boolean;
  /** The adults and appointments that the page showed, by id. */
  shown?: string;
}

export const takingSchema = Joi.object<TakingForm, true>({
  appointments: Joi.string().valid('keep', 'cancel').empty(''),
  tell: tick(),
  shown: Joi.string().allow('').max(6000),
});
