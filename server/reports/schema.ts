import Joi from 'joi';
import type { AppointmentState } from '../models/appointment.js';
import { isDay } from '../web/local-time.js';
import { line } from '../web/form-fields.js';

const page = () => Joi.number().integer().min(1).max(100_000).default(1);

export const pageSchema = Joi.object<{ page: number }, true>({ page: page() });

/** The requested part of a report. */
export interface ReportQuery {
  q: string;
  /** A local day of the event; '' for all days. */
  day: string;
  /** A key of the report's `shows`; '' for its first. */
  show: string;
  page: number;
}

/** Joi: a day as YYYY-MM-DD, or none. */
export const dayField = () =>
  Joi.string()
    .max(10)
    .allow('')
    .default('')
    .custom((day: string, check) => (isDay(day) ? day : check.error('any.only')));

export const reportQuery = Joi.object<ReportQuery, true>({
  q: line(100).allow('').default(''),
  day: dayField(),
  show: Joi.string()
    .pattern(/^[a-z]+$/)
    .max(20)
    .allow('')
    .default(''),
  page: page(),
});

/** The filters of a list of appointments; '' means those that take place. Holds that were never booked are in none. */
export const STATE_FILTERS = {
  '': ['booked', 'problem'],
  all: ['booked', 'problem', 'pending', 'cancelled'],
  booked: ['booked'],
  problem: ['problem'],
  pending: ['pending'],
  cancelled: ['cancelled'],
} as const satisfies Record<string, AppointmentState[]>;
export type StateFilter = keyof typeof STATE_FILTERS;
