import Joi from 'joi';
import type { AppointmentState } from '../models/appointment.js';
import { line } from '../web/parse.js';

/** The list's filters; what was never booked is in none. */
export const FILTERS = {
  all: ['booked', 'problem', 'pending', 'cancelled'],
  booked: ['booked'],
  problem: ['problem'],
  pending: ['pending'],
  cancelled: ['cancelled'],
} as const satisfies Record<string, AppointmentState[]>;
export type Filter = keyof typeof FILTERS;

export interface AppointmentsQuery {
  q: string;
  state: Filter;
  page: number;
}

export const appointmentsQuery = Joi.object<AppointmentsQuery, true>({
  q: line(100).allow('').default(''),
  state: Joi.string()
    .valid(...Object.keys(FILTERS))
    .default('all'),
  page: Joi.number().integer().min(1).max(100_000).default(1),
});
