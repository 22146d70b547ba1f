import type { Types } from 'mongoose';
import { isMeetable } from '../models/class.js';
import { Contact } from '../models/contact.js';
import { USUAL_EARLY, type Event } from '../models/event.js';
import { ask, findTogether } from '../models/find-together.js';
import type { Household } from '../models/household.js';
import { classesOf } from './find-classes.js';

const MINUTE_MS = 60_000;

/** When families with several children may book, and how many they need; undefined where the event opens for all at once. */
export function earlyOpening({
  booking,
}: Pick<Event, 'booking'>): { at: Date; children: number } | undefined {
  const { opensAt, earlyMinutes, earlyChildren } = { ...USUAL_EARLY, ...booking };
  if (!opensAt || earlyMinutes <= 0) return undefined;
  return { at: new Date(opensAt.getTime() - earlyMinutes * MINUTE_MS), children: earlyChildren };
}

/**
 * The event as it opens for a household: earlier where it has as many children in it as the school asks for. Asks the database only
 * while the event isn't open for all. The earlier event has no earlier opening of its own, so that asking twice gains nothing.
 */
export async function openEarly<E extends Event>(
  event: E,
  household: Pick<Household, 'children'>,
  now: Date,
): Promise<E> {
  const early = earlyOpening(event);
  const { opensAt, earlyMinutes: _, ...booking } = event.booking;
  if (!early || !opensAt || now >= opensAt || household.children.length < early.children) return event;
  const children = await countInEvent(
    event,
    household.children.map(({ student }) => student),
  );
  if (children < early.children) return event;
  return Object.assign({}, event, { booking: { ...booking, opensAt: early.at } });
}

/** How many of some students are at the school and in a class that takes part. */
async function countInEvent({ account, _id }: Event, ids: Types.ObjectId[]): Promise<number> {
  const { students, classes } = await findTogether({
    students: ask<Contact>(
      Contact,
      { _id: { $in: ids }, account, type: 'student', status: 'active' },
      { $project: { _id: 1 } },
    ),
    classes: classesOf(_id, ids),
  });
  const inClass = new Set(classes.filter(isMeetable).flatMap(({ synced }) => synced.students.map(String)));
  return students.filter((student) => inClass.has(String(student._id))).length;
}
