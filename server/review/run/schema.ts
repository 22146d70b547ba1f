import Joi from 'joi';
import type { LogQuery } from '../../runs/show/queries.js';
import { ACTION_WORDS, KIND_WORDS } from '../../runs/show/show-run.js';

/** Of a list: one kind of record, or '' for all. */
export const oneKind = Joi.string()
  .valid('', ...Object.keys(KIND_WORDS))
  .default('');

export const logQuery = Joi.object<LogQuery & { page: number }, true>({
  kind: oneKind,
  action: Joi.string()
    .valid('', ...Object.keys(ACTION_WORDS))
    .default(''),
  page: Joi.number().integer().min(1).max(100_000).default(1),
});
