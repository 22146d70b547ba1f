import Joi from 'joi';
import type { Types } from 'mongoose';
import type { Event } from '../../models/event.js';
import { SLOT_KINDS, SLOT_STATES, type SlotKind, type SlotState } from '../../models/slot.js';
import { dateField, line, objectIds, tick } from '../../web/form-fields.js';
import {
  MOST_CHOSEN,
  pastedList,
  selection,
  slotCapacity,
  slotMessage,
  slotMinutes,
  type Selection,
} from '../schema.js';

/** What many slots become; an empty field changes nothing. Their `print` comes from `printOfSlots`. */
export interface BulkChange extends Selection {
  minutes?: number;
  capacity?: number;
  kind: SlotKind | '';
  state: SlotState | '';
  message: string;
  /** Of the slots' teachers. */
  room: string;
}

export function bulkChange(event: Pick<Event, 'days'>): Joi.ObjectSchema<BulkChange> {
  return Joi.object<BulkChange>({
    ...selection(event),
    minutes: slotMinutes.empty(''),
    capacity: slotCapacity.empty(''),
    kind: Joi.string()
      .valid('', ...SLOT_KINDS)
      .default('')
      .label('a meeting type'),
    state: Joi.string()
      .valid('', ...SLOT_STATES)
      .default('')
      .label('a state'),
    message: slotMessage,
    room: line(60).allow('').default('').label('a room'),
  });
}

/** Copies of slots for other teachers, on another day, or both. */
export interface CopyForm extends Selection {
  /** '' means the same day. */
  toDay: string;
  /** A pasted list of teachers, in addition to the selected ones. */
  list: string;
  to: Types.ObjectId[];
  /** Also make slots where the teacher has some in another event. */
  elsewhere: boolean;
}

export function copyForm(event: Pick<Event, 'days'>): Joi.ObjectSchema<CopyForm> {
  return Joi.object<CopyForm, true>({
    ...selection(event),
    toDay: dateField().default('').label('the day as a date, like 12/9/2026'),
    list: pastedList,
    to: objectIds(MOST_CHOSEN).default([]).label('the teachers from the list'),
    elsewhere: tick(),
  });
}
