import Joi from 'joi';
import { line } from '../../web/form-fields.js';
import { oneKind } from '../run/schema.js';

/** Which withheld removals are shown; '' is all. */
export interface WithheldQuery {
  q: string;
  kind: string;
  page: number;
}

export const withheldQuery = Joi.object<WithheldQuery, true>({
  q: line(100).allow('').default(''),
  kind: oneKind,
  page: Joi.number().integer().min(1).max(100_000).default(1),
});

export interface WithheldVerdict {
  verdict: 'accept' | 'reject';
  reason: string;
}

export const verdictSchema = Joi.object<WithheldVerdict, true>({
  verdict: Joi.string().valid('accept', 'reject').required().label('accept or reject'),
  reason: line(500).required().label('a reason'),
});
