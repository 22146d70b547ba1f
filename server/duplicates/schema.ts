import Joi from 'joi';
import type { Types } from 'mongoose';
import { CONTACT_TYPES, type ContactType } from '../models/contact.js';
import { DUPLICATE_STATES, IDENTITIES, type DuplicateState, type Identity } from '../models/duplicate.js';
import { line, objectId, objectIds } from '../web/form-fields.js';

export interface PairsQuery {
  q: string;
  state: DuplicateState;
  type: ContactType | '';
  page: number;
}

export const pairsQuery = Joi.object<PairsQuery, true>({
  q: line(100).allow('').default(''),
  state: Joi.string()
    .valid(...DUPLICATE_STATES)
    .default('open'),
  type: Joi.string()
    .valid(...CONTACT_TYPES, '')
    .default(''),
  page: Joi.number().integer().min(1).max(100_000).default(1),
});

/** The selected pairs, or the one whose own button was pressed. */
export const pairsSchema = Joi.object<{ pairs: Types.ObjectId[]; only?: Types.ObjectId }>({
  pairs: objectIds(200).default([]).label('the pairs from the list'),
  only: objectId().label('a pair from the list'),
});

export const mergingSchema = Joi.object<{ keep: Types.ObjectId; seen?: string }, true>({
  seen: Joi.string().max(100),
  keep: objectId().required().label('which contact to keep'),
}).messages({ 'any.required': 'Select {#label}.' });

/** That somebody is the same person is confirmed on a second page (`sure`), as it cannot be undone. */
export const identitySchema = Joi.object<{ as: Identity; sure?: 'yes' }, true>({
  sure: Joi.string().valid('yes'),
  as: Joi.string()
    .valid(...IDENTITIES)
    .required(),
}).messages({
  'any.only': 'Select “Same person” or “Different person”.',
  'any.required': 'Select “Same person” or “Different person”.',
});
