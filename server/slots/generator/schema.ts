import Joi from 'joi';
import type { Types } from 'mongoose';
import type { Event, LastSlots } from '../../models/event.js';
import { SLOT_KINDS, SLOT_STATES, type SlotKind, type SlotState } from '../../models/slot.js';
import { isDay } from '../../web/local-time.js';
import { line, objectIds, tick } from '../../web/parse.js';
import type { Pattern } from '../lay-out-days.js';
import { MESSAGE_MAX, MOST_CHOSEN } from '../schema.js';

/** What somebody asks the generator for. */
export interface SlotForm extends Pattern {
  /** For whom; none is everybody but those whose classes are all hidden. */
  resources: Types.ObjectId[];
  /** A pasted list of teachers, for whom it is too. */
  list: string;
  capacity: number;
  kind: SlotKind;
  state: SlotState;
  message: string;
  /** Also where the teacher has slots in another event. */
  elsewhere: boolean;
}

/** The form as it is sent: a block is a `from` and the `to` at the same place. */
export interface TypedSlots extends Omit<SlotForm, 'days' | 'blocks'> {
  day: string[];
  otherDay: string;
  from: string[];
  to: string[];
}

/** Blocks that one form has at most. */
export const MOST_BLOCKS = 12;

/** Longest pasted list of teachers; the form takes no more. */
export const LIST_MAX = 60_000;

const whole = (min: number, max: number, label: string) =>
  Joi.number().integer().min(min).max(max).required().label(label);

const times = (label: string) =>
  Joi.array()
    .items(
      Joi.string()
        .trim()
        .max(5)
        .pattern(/^([01]\d|2[0-3]):[0-5]\d$/)
        .allow('')
        .label(label),
    )
    .single()
    .max(MOST_BLOCKS)
    .default([])
    .label(label);

export function typedSlots(event: Pick<Event, 'days'>): Joi.ObjectSchema<TypedSlots> {
  return Joi.object<TypedSlots, true>({
    resources: objectIds(MOST_CHOSEN).default([]).label('teachers'),
    list: Joi.string().max(LIST_MAX).allow('').default('').label('the list'),
    day: Joi.array()
      .items(Joi.string().valid(...event.days))
      .single()
      .max(event.days.length)
      .default([])
      .messages({ 'any.only': 'Select a day from the list.' })
      .label('a day'),
    otherDay: Joi.string()
      .trim()
      .allow('')
      .max(10)
      .pattern(/^20\d\d-\d\d-\d\d$/)
      .custom((value: string, check) => (isDay(value) ? value : check.error('string.pattern.base')))
      .default('')
      .label('another day as a date, like 12/9/2026'),
    from: times('when the first slot begins'),
    to: times('when the last slot ends'),
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

/** The form of an event as it is opened: as it was last used, or every day and nothing of times. */
export function freshSlots({ days, lastSlots }: Pick<Event, 'days'> & { lastSlots?: LastSlots }) {
  if (!lastSlots)
    return { day: days, minutes: 10, breakMinutes: 0, capacity: 1, kind: 'in person', state: 'visible' };
  const { blocks, days: last, ...rest } = lastSlots;
  const same = days.filter((day) => last.includes(day));
  return {
    ...rest,
    day: same.length > 0 ? same : days,
    from: blocks.map(({ from }) => from),
    to: blocks.map(({ to }) => to),
  };
}

/** What the address of the generator may bring along. */
export const newSlotsQuery = Joi.object<{ resources: Types.ObjectId[] }, true>({
  resources: objectIds(MOST_CHOSEN).default([]),
});

/** What a button of the form other than Preview does: nothing is asked of what is typed meanwhile. */
export const FORM_STEPS = ['find', 'found', 'none', 'list', 'more'] as const;
export type FormStep = (typeof FORM_STEPS)[number];

export const formStep = Joi.object<{ step: FormStep | ''; shown: string }, true>({
  step: Joi.string()
    .valid('', ...FORM_STEPS)
    .default(''),
  // The search as the page showed it.
  shown: Joi.string().max(2000).allow('').default(''),
});
