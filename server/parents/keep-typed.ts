import type { Types } from 'mongoose';
import { NOTE_MAX } from '../booking/schema.js';
import { Appointment } from '../models/appointment.js';
import type { Family } from './load-conference.js';

/** The longest answer to a question. */
const ANSWER_MAX = 1000;
/** No event has more questions. */
const MOST = 50;

/** The texts of the fields on the page of a hold; anything else that was sent is dropped. */
function readTyped(body: unknown): Record<string, string> {
  const known = /^(note|meet|inARow|answer-[\w-]{1,40})$/;
  const pairs = Object.entries(typeof body === 'object' && body !== null ? body : {}).flatMap(
    ([name, value]): [string, string][] => {
      if (!known.test(name) || typeof value !== 'string') return [];
      const text = value
        .slice(0, ANSWER_MAX * 2)
        .replace(/\r\n?/g, '\n')
        .replace(/[^\P{Cc}\n]/gu, ' ');
      return [[name, text.slice(0, name === 'note' ? NOTE_MAX : ANSWER_MAX)]];
    },
  );
  return Object.fromEntries(pairs.slice(0, MOST));
}

/** Stores what was typed with the appointment, so that it is there when this time or another one is held again. */
export async function keepTyped(id: Types.ObjectId, body: unknown): Promise<void> {
  const typed = readTyped(body);
  if (Object.keys(typed).length > 0)
    await Appointment.updateOne({ _id: id, state: { $in: ['pending', 'expired'] } }, { $set: { typed } });
}

/** What was typed for a hold of the household, past or present. */
export async function readKept(
  { event, household }: Pick<Family, 'event' | 'household'>,
  id: Types.ObjectId,
): Promise<Record<string, string> | undefined> {
  const found = await Appointment.findOne(
    { _id: id, event: event._id, household: household._id, state: { $in: ['pending', 'expired'] } },
    { typed: 1 },
  ).lean();
  return found?.typed;
}
