import { DateTime } from 'luxon';
import type { Types } from 'mongoose';
import { Event } from '../models/event.js';
import { MESSAGE_KINDS } from '../models/message.js';
import type { Actor } from '../web/actor.js';
import { countOf } from '../web/format-count.js';
import { formOf } from './schema.js';

/** An event of the account, archived or not, from which a new one may be copied. */
export async function findTemplate(actor: Actor, id: Types.ObjectId): Promise<Event | undefined> {
  const found = await Event.findOne({
    _id: id,
    account: actor.account,
    status: { $in: ['active', 'archived'] },
  }).lean();
  return found ?? undefined;
}

/** What the form of a new event shows of a past one: settings without days and booking window. A year in its name becomes this one. */
export function valuesFrom(past: Event, now: Date): Record<string, unknown> {
  const year = DateTime.fromJSDate(now, { zone: past.timeZone }).year;
  const held = past.days[0]?.slice(0, 4) ?? '';
  const name = held && Number(held) < year ? past.name.replace(held, String(year)) : past.name;
  return { ...formOf(past), name, days: [], opensAt: '', closesAt: '' };
}

/** What the new event copies beside the values in its form. */
export function keptOf({
  _id,
  fields,
  office,
  messages,
  letter,
  translations,
  reminders,
  interpreting,
}: Event) {
  return {
    templateOf: _id,
    ...(fields ? { fields } : {}),
    ...(office ? { office } : {}),
    ...(messages ? { messages } : {}),
    ...(letter ? { letter } : {}),
    ...(translations ? { translations } : {}),
    ...(reminders ? { reminders } : {}),
    ...(interpreting ? { interpreting } : {}),
  };
}

/** What is copied from a past event and what is not, in words. */
export function templateLists({ name, fields = [], messages = {}, reminders = [], interpreting }: Event) {
  const texts = MESSAGE_KINDS.filter((kind) => messages[kind]).length;
  return {
    name,
    kept: [
      'Settings: place, time zone, description, deadlines, and limits',
      fields.length > 0 ? countOf(fields.length, 'question', 'questions') : 'Questions (there are none)',
      texts > 0
        ? `Email texts (${countOf(texts, 'text', 'texts')} in your own words)`
        : 'Email texts (Slotbell’s own)',
      reminders.length > 0
        ? `Reminders (${reminders.join(', ')} hours before)`
        : 'Reminders (there are none)',
      'How families reach the office',
      ...(interpreting ? ['For which languages families may ask for an interpreter'] : []),
    ],
    left: [
      'Days and booking window',
      'People, classes, and the nightly sync',
      'Slots, rooms, and video links',
      ...(interpreting ? ['Interpreters'] : []),
      'Appointments and emails',
    ],
  };
}
