import { DateTime } from 'luxon';
import type { Event } from '../models/event.js';
import { Slot } from '../models/slot.js';
import type { StayCode } from '../models/slot-move.js';
import { isOneDayTooMany } from '../slots/add-day.js';
import { dayOf, fromLocal } from '../web/local-time.js';
import { findInRoom } from './find-rooms.js';
import type { MoveForm } from './schema.js';

/** A slot and its new time; without a time it cannot move. */
export interface Planned {
  slot: Slot;
  to?: { from: Date; to: Date; day: string };
  why?: StayCode;
}

export type MovePlan =
  | { ok: true; planned: Planned[] }
  | { ok: false; field: string; reason: 'nothing' | 'same' | 'too many days' };

type EventScope = Pick<Event, '_id' | 'account' | 'timeZone' | 'days'>;

/**
 * The new time of each slot of the wish, in the order in which they move: if they go to a later time, later slots move first, so that none
 * has to pass another. All keep their length, their order and the breaks between them. Meetings of the room's teachers that are in another
 * room stay, and stand last.
 */
export async function planMove(event: EventScope, form: MoveForm): Promise<MovePlan> {
  const { here: slots, elsewhere } = await slotsOf(event, form);
  const staying = elsewhere.map((slot): Planned => ({ slot, why: 'other room' }));
  const [first] = slots;
  if (!first && staying.length > 0) return { ok: true, planned: staying };
  if (!first) return { ok: false, field: 'day', reason: 'nothing' };
  if (form.kind === 'cancel')
    return {
      ok: true,
      planned: [
        ...slots.map((slot) => ({ slot, to: { from: slot.from, to: slot.to, day: slot.day } })),
        ...staying,
      ],
    };
  const toDay = form.toDay || form.day;
  const minutesOf = (at: Date) => {
    const { hour, minute } = DateTime.fromJSDate(at, { zone: event.timeZone });
    return hour * 60 + minute;
  };
  const [hour = 0, minute = 0] = form.toTime.split(':').map(Number);
  const shift = form.toTime === '' ? 0 : hour * 60 + minute - minutesOf(first.from);
  if (toDay === form.day && shift === 0) return { ok: false, field: 'toDay', reason: 'same' };
  if (isOneDayTooMany(event, toDay)) return { ok: false, field: 'toDay', reason: 'too many days' };
  const planned = slots.map((slot): Planned => {
    const begin = minutesOf(slot.from) + shift;
    const length = slot.to.getTime() - slot.from.getTime();
    if (begin < 0 || begin + length / 60_000 > 24 * 60) return { slot, why: 'midnight' };
    const from = fromLocal(`${toDay}T${clock(begin)}`, event.timeZone);
    if (!from) return { slot, why: 'no such time' };
    const to = new Date(from.getTime() + length);
    const endsThatDay = dayOf(new Date(to.getTime() - 1), event.timeZone) === toDay;
    return endsThatDay ? { slot, to: { from, to, day: toDay } } : { slot, why: 'midnight' };
  });
  const isLater = toDay > form.day || (toDay === form.day && shift > 0);
  return { ok: true, planned: [...(isLater ? planned.reverse() : planned), ...staying] };
}

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

async function slotsOf(event: EventScope, form: MoveForm): Promise<{ here: Slot[]; elsewhere: Slot[] }> {
  const slots = await Slot.find({
    ...{ account: event.account, event: event._id, day: form.day },
    ...(form.teacher ? { resource: form.teacher } : {}),
  })
    .sort({ from: 1, _id: 1 })
    .lean();
  return form.room ? findInRoom(event, slots, form.room) : { here: slots, elsewhere: [] };
}
