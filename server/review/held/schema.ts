import Joi from 'joi';
import { line } from '../../web/parse.js';
import { oneKind } from '../run/schema.js';

/** Which held removals are shown; '' is all. */
export interface HeldQuery {
  q: string;
  kind: string;
  page: number;
}

export const heldQuery = Joi.object<HeldQuery, true>({
  q: line(100).allow('').default(''),
  kind: oneKind,
  page: Joi.number().integer().min(1).max(100_000).default(1),
});

export interface HeldVerdict {
  verdict: 'accept' | 'reject';
  reason: string;
}

export const verdictSchema = Joi.object<HeldVerdict, true>({
  verdict: Joi.string().valid('accept', 'reject').required().label('accept or reject'),
  reason: line(500).required().label('a reason'),
});
