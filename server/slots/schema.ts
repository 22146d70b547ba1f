import Joi from 'joi';
import type { Types } from 'mongoose';
import { CLASS_TYPES } from '../models/class.js';
import type { Event } from '../models/event.js';
import type { SettingsFields } from '../web/compare-seen.js';
import { idText, line, objectIds, tick, webLink } from '../web/form-fields.js';
import type { TeacherFilter } from './filter-teachers.js';
import { MOST_MARKS } from './mark-slots.js';

/** The most slots that one run makes. A district's largest school needs a tenth of it. */
export const MOST_SLOTS = 50_000;

/** The most teachers, or slots of one teacher, that one form names; "all" is for more. */
export const MOST_CHOSEN = 5_000;

/** Longest message to parents on a slot. */
export const MESSAGE_MAX = 200;

export const slotMinutes = Joi.number().integer().min(1).max(480).label('the length of a slot in minutes');
export const slotCapacity = Joi.number().integer().min(1).max(500).label('the families in one slot');

/** The message that parents read. It is required if the form's `state` makes a slot unavailable. */
export const slotMessage = line(MESSAGE_MAX)
  .allow('')
  .default('')
  .when('state', {
    is: 'unavailable',
    then: line(MESSAGE_MAX).empty('').required().label('the message for parents'),
  });

/** A pasted list of teachers, one per line. */
export const pastedList = Joi.string().max(60_000).allow('').default('').label('the list');

/** Which slots a form is about: slots by id, or all slots of some teachers, on one day or on all. */
export interface Selected {
  ids: Types.ObjectId[];
  resources: Types.ObjectId[];
  /** '' means all days. */
  day: string;
}

/** A selection that a page asks about before anything changes. */
export interface Selection extends Selected {
  /** The state of the selected slots when the page asked. */
  print: string;
  sure: boolean;
}

export const selection = (event: Pick<Event, 'days'>) => ({
  ids: objectIds(MOST_CHOSEN).default([]).label('the slots from the list'),
  resources: objectIds(MOST_CHOSEN).default([]).label('the teachers from the list'),
  // A day that was removed from the event may still have slots.
  day: Joi.string()
    .allow('', ...event.days)
    .max(10)
    .pattern(/^\d{4}-\d\d-\d\d$/)
    .default('')
    .label('a day'),
  print: line(60).allow('').default('').label('this page’s slots'),
  sure: tick(),
});

const SLOT_ACTIONS = ['make', 'show', 'hide', 'unavailable', 'remove', 'change', 'copy'] as const;
export type SlotAction = (typeof SLOT_ACTIONS)[number];

/** Many slots and what they become; their `print` comes from `printOf`. */
export interface SlotChange extends Selection {
  action: SlotAction;
  message: string;
  /** The state of the slots that the page showed (`marksOf`). */
  shown: string;
  /** Everything that the list finds, on all pages; `listed` says what that was when the page was shown (`printOfList`). */
  all: boolean;
  listed: string;
}

export function slotChange(event: Pick<Event, 'days'>): Joi.ObjectSchema<SlotChange> {
  return Joi.object<SlotChange, true>({
    action: Joi.string()
      .valid(...SLOT_ACTIONS)
      .required()
      .label('what to do'),
    ...selection(event),
    // The length is checked by the page that asks for it.
    message: line(2000).allow('').default(''),
    shown: Joi.string().max(MOST_MARKS).allow('').default('').label('this page’s slots'),
    all: tick(),
    listed: line(60).allow('').default(''),
  });
}

export const ROOM_FIELDS: SettingsFields = { room: { label: 'Room' }, link: { label: 'Video link' } };

/** Where a teacher meets families. */
export interface PlaceForm {
  room: string;
  link: string;
}

export const roomSchema = Joi.object<PlaceForm, true>({
  room: line(60).allow('').default('').label('a room'),
  link: webLink().label('a video link'),
});

export const LINK_FIELDS: SettingsFields = { link: { label: 'Video link' } };

export const linkSchema = Joi.object<{ link: string }, true>({ link: webLink().label('a video link') });

export interface SlotsQuery extends TeacherFilter {
  show: 'all' | 'with' | 'without';
  page: number;
}

const teacherFilter = {
  q: line(100).allow('').default(''),
  school: idText().allow('').default(''),
  grade: line(60).allow('').default(''),
  type: Joi.string()
    .valid('', ...CLASS_TYPES)
    .default(''),
};

/** How a page's form filters teachers. */
export const teachersFound = Joi.object<TeacherFilter, true>(teacherFilter);

export const slotsQuery = Joi.object<SlotsQuery, true>({
  ...teacherFilter,
  show: Joi.string().valid('all', 'with', 'without').default('all'),
  page: Joi.number().integer().min(1).max(10_000).default(1),
});
