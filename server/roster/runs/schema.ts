import Joi from 'joi';
import { KIND_WORDS } from './show-run.js';

/** Of a list: one kind of record, or '' for all. */
export const oneKind = Joi.string()
  .valid('', ...Object.keys(KIND_WORDS))
  .default('');
