import Joi from 'joi';
import type { Types } from 'mongoose';
import type { Event, LastSlots } from '../../models/event.js';
import { SLOT_KINDS, SLOT_STATES, type SlotKind, type SlotState } from '../../models/slot.js';
import { dateField, objectIds, tick, timeField } from '../../web/form-fields.js';
import type { Pattern } from '../lay-out-days.js';
import { MOST_CHOSEN, pastedList, slotCapacity, slotMessage, slotMinutes } from '../schema.js';

/** A request to the generator. */
export interface SlotForm extends Pattern {
  /** The teachers; an empty list means everybody except those whose classes are all hidden. */
  resources: Types.ObjectId[];
  /** A pasted list of teachers, in addition to the selected ones. */
  list: string;
  capacity: number;
  kind: SlotKind;
  state: SlotState;
  message: string;
  /** Also make slots where the teacher has some in another event. */
  elsewhere: boolean;
}

/** The form as it is sent: a block is a `from` and the `to` at the same place. */
export interface TypedSlots extends Omit<SlotForm, 'days' | 'blocks'> {
  day: string[];
  otherDay: string;
  from: string[];
  to: string[];
}

/** The most blocks of one form. */
export const MOST_BLOCKS = 12;

const times = (label: string) =>
  Joi.array().items(timeField().label(label)).single().max(MOST_BLOCKS).default([]).label(label);

export function typedSlots(event: Pick<Event, 'days'>): Joi.ObjectSchema<TypedSlots> {
  return Joi.object<TypedSlots, true>({
    resources: objectIds(MOST_CHOSEN).default([]).label('teachers'),
    list: pastedList,
    day: Joi.array()
      .items(Joi.string().valid(...event.days))
      .single()
      .max(event.days.length)
      .default([])
      .messages({ 'any.only': 'Select a day from the list.' })
      .label('a day'),
    otherDay: dateField().default('').label('another day as a date, like 12/9/2026'),
    from: times('when the first slot begins'),
    to: times('when the last slot ends'),
    minutes: slotMinutes.required(),
    breakMinutes: Joi.number().integer().min(0).max(240).required().label('the travel break in minutes'),
    capacity: slotCapacity.required(),
    kind: Joi.string()
      .valid(...SLOT_KINDS)
      .default('in person')
      .label('a meeting type'),
    state: Joi.string()
      .valid(...SLOT_STATES)
      .default('visible')
      .label('a state'),
    message: slotMessage,
    elsewhere: tick(),
  });
}

/** The form as it opens: the values of its last use, or every day without times. */
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

/** The parameters that the generator's address may have. */
export const newSlotsQuery = Joi.object<{ resources: Types.ObjectId[] }, true>({
  resources: objectIds(MOST_CHOSEN).default([]),
});

/** What a button other than Preview does; the other fields are not checked then. */
const FORM_STEPS = ['find', 'found', 'none', 'list', 'more'] as const;
export type FormStep = (typeof FORM_STEPS)[number];

export const formStep = Joi.object<{ step: FormStep | ''; shown: string }, true>({
  step: Joi.string()
    .valid('', ...FORM_STEPS)
    .default(''),
  // The search as the page showed it.
  shown: Joi.string().max(2000).allow('').default(''),
});
