import Joi from 'joi';
import { dayField, type StateFilter } from '../reports/schema.js';
import { line } from '../web/form-fields.js';

const FILTERS: readonly StateFilter[] = ['all', 'booked', 'problem', 'pending', 'cancelled'];

/** Appointments on one page. */
export const PAGE = 50;

export interface AppointmentsQuery {
  q: string;
  state: StateFilter;
  /** A local day of the event; '' for all days. */
  day: string;
  page: number;
}

export const appointmentsQuery = Joi.object<AppointmentsQuery, true>({
  q: line(100).allow('').default(''),
  state: Joi.string()
    .valid(...FILTERS)
    .default('all'),
  day: dayField(),
  page: Joi.number().integer().min(1).max(100_000).default(1),
});
