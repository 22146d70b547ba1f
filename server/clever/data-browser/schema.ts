import Joi from 'joi';
import { line } from '../../web/form-fields.js';

/** A term's id, or one of the two rows that are not terms. */
export const NO_TERM = 'none';
export const UNSHARED_TERM = 'unshared';

const SORTS = ['name', '-name', 'students', '-students'] as const;
export type Sort = (typeof SORTS)[number];

export interface ListQuery {
  q: string;
  sort: Sort;
  page: number;
}

export const listQuery = Joi.object<ListQuery, true>({
  q: line(100).allow('').default(''),
  sort: Joi.string()
    .valid(...SORTS)
    .default('name'),
  page: Joi.number().integer().min(1).max(10_000).default(1),
});

export const pageQuery = Joi.object<{ page: number }, true>({
  page: Joi.number().integer().min(1).max(10_000).default(1),
});

export const againSchema = Joi.object<{ term: string }, true>({
  term: Joi.string()
    .max(60)
    .pattern(/^[\w-]+$/)
    .allow('')
    .default(''),
});
