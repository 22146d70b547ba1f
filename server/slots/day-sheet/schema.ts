import Joi from 'joi';
import { line } from '../../web/form-fields.js';

export interface SheetQuery {
  /** YYYY-MM-DD; '' means the first day that is not over. */
  day: string;
  q: string;
  page: number;
}

export const sheetQuery = Joi.object<SheetQuery, true>({
  day: Joi.string()
    .max(10)
    .pattern(/^\d{4}-\d\d-\d\d$/)
    .default(''),
  q: line(100).allow('').default(''),
  page: Joi.number().integer().min(1).max(10_000).default(1),
});
