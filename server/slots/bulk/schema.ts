import Joi from 'joi';
import type { Types } from 'mongoose';
import type { Event } from '../../models/event.js';
import { SLOT_KINDS, SLOT_STATES, type SlotKind, type SlotState } from '../../models/slot.js';
import { isDay } from '../../web/local-time.js';
import { line, objectIds, tick } from '../../web/parse.js';
import { MESSAGE_MAX, MOST_CHOSEN } from '../schema.js';

/** Which slots: named one by one, or all of some teachers, of one day or of all. */
export interface Selection {
  ids: Types.ObjectId[];
  resources: Types.ObjectId[];
  /** '' is all days. */
  day: string;
  /** What the selected slots were when they were asked about (`printOfSlots`). */
  print: string;
  sure: boolean;
}

const selection = (event: Pick<Event, 'days'>) => ({
  ids: objectIds(MOST_CHOSEN).default([]).label('the slots from the list'),
  resources: objectIds(MOST_CHOSEN).default([]).label('the teachers from the list'),
  day: Joi.string()
    .allow('', ...event.days)
    .max(10)
    .pattern(/^\d{4}-\d\d-\d\d$/)
    .default('')
    .label('a day'),
  print: line(60).allow('').default('').label('this page’s slots'),
  sure: tick(),
});

/** What many slots become; what is left empty stays. */
export interface BulkChange extends Selection {
  minutes?: number;
  capacity?: number;
  kind: SlotKind | '';
  state: SlotState | '';
  message: string;
  /** Of the slots' teachers. */
  room: string;
}

const whole = (min: number, max: number, label: string) =>
  Joi.number().integer().min(min).max(max).empty('').label(label);

export function bulkChange(event: Pick<Event, 'days'>): Joi.ObjectSchema<BulkChange> {
  return Joi.object<BulkChange>({
    ...selection(event),
    minutes: whole(1, 480, 'the length of a slot in minutes'),
    capacity: whole(1, 500, 'the families in one slot'),
    kind: Joi.string()
      .valid('', ...SLOT_KINDS)
      .default('')
      .label('a meeting type'),
    state: Joi.string()
      .valid('', ...SLOT_STATES)
      .default('')
      .label('a state'),
    message: line(MESSAGE_MAX)
      .allow('')
      .default('')
      .when('state', {
        is: 'unavailable',
        then: line(MESSAGE_MAX).empty('').required().label('the message for parents'),
      }),
    room: line(60).allow('').default('').label('a room'),
  });
}

/** Slots that are made again for other teachers, on another day, or both. */
export interface CopyForm extends Selection {
  /** '' is the same day. */
  toDay: string;
  /** A pasted list of teachers, beside those selected. */
  list: string;
  to: Types.ObjectId[];
  /** Also where the teacher has slots in another event. */
  elsewhere: boolean;
}

export function copyForm(event: Pick<Event, 'days'>): Joi.ObjectSchema<CopyForm> {
  return Joi.object<CopyForm, true>({
    ...selection(event),
    toDay: Joi.string()
      .trim()
      .allow('')
      .max(10)
      .pattern(/^20\d\d-\d\d-\d\d$/)
      .custom((value: string, check) => (isDay(value) ? value : check.error('string.pattern.base')))
      .default('')
      .label('the day as a date, like 12/9/2026'),
    list: Joi.string().max(60_000).allow('').default('').label('the list'),
    to: objectIds(MOST_CHOSEN).default([]).label('the teachers from the list'),
    elsewhere: tick(),
  });
}
