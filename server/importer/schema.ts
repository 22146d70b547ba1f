import Joi from 'joi';
import type { Types } from 'mongoose';
import { line, objectId, objectIds, tick } from '../web/form-fields.js';

/** The state of the Importer's page: first the event, then the schools. */
export interface ImporterQuery {
  event?: Types.ObjectId;
  schools: Types.ObjectId[];
}

export const importerQuery = Joi.object<ImporterQuery, true>({
  event: objectId().label('an event'),
  schools: objectIds(500).default([]).label('schools from the list'),
});

/** The value of the checkbox for sections without a term, among the terms' ids. */
export const NO_TERM = 'none';

export interface ImportChoice {
  event: Types.ObjectId;
  /** The event whose schools and terms the form showed. */
  shown?: Types.ObjectId;
  schools: Types.ObjectId[];
  /** Clever's ids, and `none`. */
  terms: string[];
  /** Whether the event is synced every night afterwards. */
  nightly: boolean;
}

export const importSchema = Joi.object<ImportChoice, true>({
  event: objectId().required().label('an event'),
  shown: objectId(),
  schools: objectIds(500).min(1).required().label('at least one school').messages({
    'any.required': 'Select {#label}.',
  }),
  terms: Joi.array()
    .items(line(100))
    .single()
    .unique()
    .min(1)
    .max(200)
    .required()
    .label('at least one term')
    .messages({ 'any.required': 'Select {#label}.' }),
  nightly: tick(),
});
