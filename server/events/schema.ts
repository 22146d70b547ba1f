import Joi from 'joi';
import { IANAZone } from 'luxon';
import type { Types } from 'mongoose';
import {
  MAX_DAYS,
  MOST_IN_A_ROW,
  SIBLINGS_RULES,
  USUAL_EARLY,
  USUAL_WAITLIST,
  USUAL_WALK,
  WAITLIST_MINUTES,
  type Event,
  type SiblingsRule,
} from '../models/event.js';
import type { SettingsFields } from '../web/compare-seen.js';
import { zoneLabel } from '../web/format-zone.js';
import type { Style } from '../web/place.js';
import { daysInWords, fieldMoment } from '../web/format-time.js';
import { isDay, toLocal } from '../web/local-time.js';
import { line, longText, objectId, tick } from '../web/form-fields.js';

/** What people decide about an event; Slotbell sets the rest. */
export type EventSettings = Pick<Event, 'name' | 'place' | 'description' | 'timeZone' | 'days' | 'booking'>;

export interface EventForm {
  name: string;
  place: string;
  description: string;
  timeZone: string;
  days: string[];
  opensAt: string;
  closesAt: string;
  earlyMinutes: number;
  earlyChildren: number;
  staffAnytime: boolean;
  stopHoursBefore: number;
  cancelHoursBefore: number;
  perStudentAndTeacher: number;
  eachHousehold: boolean;
  twoAtOnce: boolean;
  perHousehold: number;
  perStudent: number;
  perTeacherAndDay: number;
  gapMinutes: number;
  inARow: number;
  waitlistMinutes: number;
  siblings: SiblingsRule;
  walkRooms: number;
  walkSchools: number;
}

const count = (min: number, max: number, label: string) =>
  Joi.number().integer().min(min).max(max).required().label(label);
const localMoment = () =>
  Joi.string()
    .allow('')
    .default('')
    .max(19)
    .pattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/)
    .label('a date and a time');

/** What an event does that says nothing about it: the setting came after it. */
const UNSET = {
  ...USUAL_WALK,
  ...USUAL_EARLY,
  inARow: 1,
  waitlistMinutes: 0,
  siblings: 'choose',
  eachHousehold: false,
  twoAtOnce: false,
} as const;

/** The form as it is sent; `parseEvent` checks what the fields mean together. */
export const eventForm = Joi.object<EventForm, true>({
  name: line(120).required().label('a name'),
  place: line(200).allow('').default(''),
  description: longText(2000).allow('').default(''),
  timeZone: Joi.string()
    .max(60)
    .required()
    .custom((value: string, check) => (IANAZone.isValidZone(value) ? value : check.error('any.only')))
    .label('a time zone'),
  days: Joi.array()
    .items(
      Joi.string()
        .allow('')
        .max(10)
        .pattern(/^\d{4}-\d\d-\d\d$/),
    )
    .single()
    .default([])
    .max(MAX_DAYS + 10)
    .label('the days'),
  opensAt: localMoment(),
  closesAt: localMoment(),
  earlyMinutes: count(0, 10_080, 'how many minutes earlier').optional().default(UNSET.earlyMinutes),
  earlyChildren: count(2, 20, 'how many children a family needs').optional().default(UNSET.earlyChildren),
  staffAnytime: tick(),
  stopHoursBefore: count(0, 720, 'when booking stops, in hours'),
  cancelHoursBefore: count(0, 720, 'until when parents may cancel, in hours'),
  perStudentAndTeacher: count(1, 20, 'the appointments for each student with one teacher'),
  eachHousehold: tick(),
  twoAtOnce: tick(),
  perHousehold: count(0, 100, 'the appointments for each family'),
  perStudent: count(0, 100, 'the appointments for each student').optional().default(0),
  perTeacherAndDay: count(0, 200, 'the appointments for each teacher and day').optional().default(0),
  gapMinutes: count(0, 240, 'the minutes between two appointments'),
  waitlistMinutes: Joi.number()
    .valid(...WAITLIST_MINUTES)
    .optional()
    .default(UNSET.waitlistMinutes)
    .label('the waitlist'),
  inARow: count(1, MOST_IN_A_ROW, 'how many slots in a row one appointment may take')
    .optional()
    .default(UNSET.inARow),
  siblings: Joi.string()
    .valid(...SIBLINGS_RULES)
    .default(UNSET.siblings)
    .label('how siblings meet the same teacher'),
  walkRooms: count(0, 60, 'the minutes to walk between rooms').optional().default(UNSET.walkRooms),
  walkSchools: count(0, 240, 'the minutes to walk between schools').optional().default(UNSET.walkSchools),
});

const orNone = (value: string) => (value === '0' ? 'No limit' : value);
const hours = (value: string) => (value === '1' ? '1 hour' : `${value} hours`);

/** The labels of the settings form. */
export const eventFields = (style: Style): SettingsFields => ({
  name: { label: 'Name' },
  days: { label: 'Days', say: (value) => sayDays(value, style) },
  place: { label: 'Place' },
  timeZone: { label: 'Time zone', say: zoneLabel },
  description: { label: 'Description' },
  opensAt: { label: 'Booking opens', say: (value) => fieldMoment(value, style) },
  closesAt: { label: 'Booking closes', say: (value) => fieldMoment(value, style) },
  earlyMinutes: { label: 'Earlier for families with several children', say: (value) => `${value} minutes` },
  earlyChildren: { label: 'Children in the event to book earlier' },
  staffAnytime: { label: 'Staff may book at any time', say: (value) => (value ? 'Yes' : 'No') },
  stopHoursBefore: { label: 'Stop booking before a slot', say: hours },
  cancelHoursBefore: { label: 'Parents may cancel until', say: (value) => `${hours(value)} before` },
  perStudentAndTeacher: { label: 'For each student with one teacher' },
  eachHousehold: { label: 'Separated families book their own', say: (value) => (value ? 'Yes' : 'No') },
  twoAtOnce: { label: 'Two adults at two appointments at once', say: (value) => (value ? 'Yes' : 'No') },
  perHousehold: { label: 'For each family', say: orNone },
  perStudent: { label: 'For each student', say: orNone },
  perTeacherAndDay: { label: 'For each teacher and day', say: orNone },
  gapMinutes: { label: 'Between two appointments of a family', say: (value) => `${value} minutes` },
  inARow: { label: 'Slots in a row for one appointment' },
  waitlistMinutes: { label: 'Waitlist', say: sayWaitlist },
  siblings: {
    label: 'Siblings with the same teacher',
    say: (value) => SIBLINGS_OPTIONS.find((one) => one.value === value)?.label ?? SIBLINGS_WORDS.choose,
  },
  walkRooms: { label: 'Minutes to walk between rooms' },
  walkSchools: { label: 'Minutes to walk between schools' },
});

/** @param value how many minutes an offered time is kept */
function sayWaitlist(value: string): string {
  return WAITLIST_OPTIONS.find((one) => String(one.value) === value)?.label ?? value;
}

const SIBLINGS_WORDS: Record<SiblingsRule, string> = {
  choose: 'The family chooses',
  together: 'One meeting for all of them',
  apart: 'One meeting for each',
};
const SIBLINGS_OPTIONS = SIBLINGS_RULES.map((value) => ({ value, label: SIBLINGS_WORDS[value] }));
const WAITLIST_OPTIONS = WAITLIST_MINUTES.map((value) => ({
  value,
  label:
    value === 0
      ? 'No waitlist'
      : `Keep each offer for ${value < 60 ? `${value} minutes` : hours(String(value / 60))}`,
}));

/** What the selects of the form offer. */
export const EVENT_OPTIONS = { siblingsOptions: SIBLINGS_OPTIONS, waitlistOptions: WAITLIST_OPTIONS };

/** @param value a list of days, as `seenOf` writes it */
function sayDays(value: string, style: Style): string {
  const days = value.split(', ');
  return days.every(isDay) ? daysInWords(days, style) : value;
}

/** What the form shows of an event. */
export function formOf(event: EventSettings): Record<string, unknown> {
  const { opensAt, closesAt, earlySince: _since, ...limits } = event.booking;
  return {
    ...UNSET,
    ...limits,
    name: event.name,
    place: event.place,
    description: event.description,
    timeZone: event.timeZone,
    days: event.days,
    opensAt: opensAt ? toLocal(opensAt, event.timeZone) : '',
    closesAt: closesAt ? toLocal(closesAt, event.timeZone) : '',
  };
}

/** The values with which the form of a new event opens. */
export function freshEvent(timeZone: string): Record<string, unknown> {
  return {
    timeZone,
    days: [],
    staffAnytime: true,
    stopHoursBefore: 0,
    cancelHoursBefore: 24,
    perStudentAndTeacher: 1,
    perHousehold: 0,
    perStudent: 0,
    perTeacherAndDay: 0,
    gapMinutes: 0,
    ...UNSET,
    waitlistMinutes: USUAL_WAITLIST,
  };
}

/** The past event that a new one is copied from, if any. */
export const templateSchema = Joi.object<{ template?: Types.ObjectId }, true>({
  template: objectId().empty(''),
});

export interface EventQuery {
  q: string;
  status: 'active' | 'archived';
  page: number;
}

export const eventQuery = Joi.object<EventQuery, true>({
  q: line(100).allow('').default(''),
  status: Joi.string().valid('active', 'archived').default('active'),
  page: Joi.number().integer().min(1).max(10_000).default(1),
});
