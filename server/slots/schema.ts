import Joi from 'joi';
import type { Types } from 'mongoose';
import type { Event } from '../models/event.js';
import { SLOT_KINDS, SLOT_STATES, type SlotKind, type SlotState } from '../models/slot.js';
import type { SettingsFields } from '../web/compare-seen.js';
import { line, objectIds, tick, webLink } from '../web/parse.js';
import { MOST_MARKS } from './mark-slots.js';
import type { Pattern } from './plan-slots.js';

/** What somebody asks the generator for. */
export interface SlotForm extends Pattern {
  who: 'all' | 'chosen';
  /** Of whom, when chosen. */
  resources: Types.ObjectId[];
  capacity: number;
  kind: SlotKind;
  state: SlotState;
  message: string;
  /** Also where the teacher has slots in another event. */
  elsewhere: boolean;
}

/** Most slots one run makes; a district's largest school needs a tenth of it. */
export const MOST_SLOTS = 50_000;

/** Most teachers, or slots of one teacher, that one form names; for more there is "all". */
const MOST_CHOSEN = 5_000;

/** Longest message to parents on a slot. */
export const MESSAGE_MAX = 200;

const whole = (min: number, max: number, label: string) =>
  Joi.number().integer().min(min).max(max).required().label(label);
const timeOfDay = (label: string) =>
  Joi.string()
    .trim()
    .max(5)
    .pattern(/^([01]\d|2[0-3]):[0-5]\d$/)
    .required()
    .label(label);
const days = (event: Pick<Event, 'days'>) => Joi.string().valid(...event.days);

/** The generator's form for one event. */
export function slotForm(event: Pick<Event, 'days'>): Joi.ObjectSchema<SlotForm> {
  return Joi.object<SlotForm, true>({
    who: Joi.string().valid('all', 'chosen').default('all').label('the teachers'),
    resources: objectIds(MOST_CHOSEN)
      .default([])
      .when('who', { is: 'chosen', then: Joi.array().min(1).max(MOST_CHOSEN).required() })
      .label('teachers')
      .messages({
        'array.min': 'Select at least one teacher.',
        'any.required': 'Select at least one teacher.',
      }),
    day: days(event).required().label('a day'),
    from: timeOfDay('when the first slot begins'),
    to: timeOfDay('when the last slot ends'),
    minutes: whole(1, 480, 'the length of a slot in minutes'),
    breakMinutes: whole(0, 240, 'the travel break in minutes'),
    capacity: whole(1, 500, 'the families in one slot'),
    kind: Joi.string()
      .valid(...SLOT_KINDS)
      .default('in person')
      .label('a meeting type'),
    state: Joi.string()
      .valid(...SLOT_STATES)
      .default('visible')
      .label('a state'),
    message: line(MESSAGE_MAX)
      .allow('')
      .default('')
      .when('state', {
        is: 'unavailable',
        then: line(MESSAGE_MAX).empty('').required().label('the message for parents'),
      }),
    elsewhere: tick(),
  });
}

export const freshSlots = {
  who: 'all',
  resources: [],
  minutes: 10,
  breakMinutes: 0,
  capacity: 1,
  kind: 'in person',
  state: 'visible',
};

/** What the address of the generator may bring along. */
export const newSlotsQuery = Joi.object<{ resources: Types.ObjectId[] }, true>({
  resources: objectIds(MOST_CHOSEN).default([]),
});

export const SLOT_ACTIONS = ['make', 'show', 'hide', 'unavailable', 'remove'] as const;
export type SlotAction = (typeof SLOT_ACTIONS)[number];

/** Many slots and what becomes of them: named one by one, or all of some teachers, of one day or of all. */
export interface SlotChange {
  action: SlotAction;
  ids: Types.ObjectId[];
  resources: Types.ObjectId[];
  /** '' is all days. */
  day: string;
  message: string;
  /** What the page showed of its slots (`marksOf`). */
  shown: string;
  /** What the selected slots were when they were asked about (`printOf`). */
  print: string;
  sure: boolean;
}

export function slotChange(event: Pick<Event, 'days'>): Joi.ObjectSchema<SlotChange> {
  return Joi.object<SlotChange, true>({
    action: Joi.string()
      .valid(...SLOT_ACTIONS)
      .required()
      .label('what to do'),
    ids: objectIds(MOST_CHOSEN).default([]).label('the slots from the list'),
    resources: objectIds(MOST_CHOSEN).default([]).label('the teachers from the list'),
    // A day that the event no longer has may still have slots.
    day: Joi.string()
      .allow('', ...event.days)
      .max(10)
      .pattern(/^\d{4}-\d\d-\d\d$/)
      .default('')
      .label('a day'),
    // Its length is told on the page that asks for it.
    message: line(2000).allow('').default(''),
    shown: Joi.string().max(MOST_MARKS).allow('').default('').label('this page’s slots'),
    print: line(60).allow('').default('').label('this page’s slots'),
    sure: tick(),
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

export interface SlotsQuery {
  q: string;
  show: 'all' | 'with' | 'without';
  page: number;
}

export const slotsQuery = Joi.object<SlotsQuery, true>({
  q: line(100).allow('').default(''),
  show: Joi.string().valid('all', 'with', 'without').default('all'),
  page: Joi.number().integer().min(1).max(10_000).default(1),
});
