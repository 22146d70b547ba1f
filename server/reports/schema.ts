import Joi from 'joi';
import type { AppointmentState } from '../models/appointment.js';
import { line } from '../web/parse.js';

const page = () => Joi.number().integer().min(1).max(100_000).default(1);

export const pageSchema = Joi.object<{ page: number }, true>({ page: page() });

/** Teachers on one page of the schedule. */
export const TEACHERS_A_PAGE = [25, 100] as const;

export interface ScheduleView {
  q: string;
  page: number;
  size: (typeof TEACHERS_A_PAGE)[number];
}

export const scheduleSchema = Joi.object<ScheduleView, true>({
  q: line(100).allow('').default(''),
  page: page(),
  size: Joi.number()
    .valid(...TEACHERS_A_PAGE)
    .default(25),
});

/** Which appointments a list shows, '' being those that take place; what was never booked is in none. */
export const STATE_FILTERS = {
  '': ['booked', 'problem'],
  all: ['booked', 'problem', 'pending', 'cancelled'],
  booked: ['booked'],
  problem: ['problem'],
  pending: ['pending'],
  cancelled: ['cancelled'],
} as const satisfies Record<string, AppointmentState[]>;
export type StateFilter = keyof typeof STATE_FILTERS;

/** Appointments on one page of the report. */
export const APPOINTMENTS_A_PAGE = 100;

export interface AppointmentsView {
  state: '' | 'problem' | 'cancelled';
  page: number;
}

export const appointmentsSchema = Joi.object<AppointmentsView, true>({
  state: Joi.string().valid('', 'problem', 'cancelled').default(''),
  page: page(),
});
