import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Notification } from '../models/notification.js';
import { tellHousehold } from './tell-household.js';
import { tellMany } from './tell-many.js';

/**
 * Reminds a family of meetings in one mail.
 * @param group of one household and event, by time
 * @param hours before the first of them
 * @param instead this goes out instead of a mail about one meeting more, to the adults whom that has not reached
 */
export async function tellReminder(
  deps: Deps,
  group: Appointment[],
  hours: number,
  instead?: { without: Types.ObjectId; whom: ReadonlySet<string> },
): Promise<void> {
  const [first] = group;
  if (!first) return;
  const once = [first.from.getTime(), hours, ...(instead ? [instead.without.toHexString()] : [])].join(':');
  const key = `reminder:${first._id.toHexString()}:${once}`;
  if (group.length === 1 && !instead) await tellHousehold(deps, first, 'reminder', once);
  else await tellMany(deps, first, group, 'reminder', key, instead?.whom);
}

/**
 * Takes back a reminder that has not gone out yet when one of its meetings is canceled or moved. Another one about the rest goes before, so
 * that a death in between leaves no meeting without. May be repeated.
 */
export async function revokeReminder(
  deps: Deps,
  { _id, household, event, reminded }: Pick<Appointment, '_id' | 'household' | 'event' | 'reminded'>,
): Promise<void> {
  if (!reminded) return;
  // What shared a mail was marked by one command.
  const group = await Appointment.find({ household, event, 'reminded.at': reminded.at })
    .sort({ from: 1, _id: 1 })
    .lean();
  // ';' follows ':' in the order of bytes.
  const keys = group.map((one) => ({
    key: { $gt: `reminder:${one._id.toHexString()}:`, $lt: `reminder:${one._id.toHexString()};` },
  }));
  if (keys.length === 0) return;
  const waiting = { state: 'queued' as const };
  const found = await Notification.find({ ...waiting, $or: keys }, { key: 1 }).lean();
  const going = found.filter(({ key }) => !key.includes(`:${_id.toHexString()}:`, 'reminder:'.length + 24));
  if (going.length === 0) return;
  const stays = (one: Appointment) =>
    LIVING_STATES.includes(one.state) && one.from > deps.now() && +one.from === +(one.reminded?.from ?? 0);
  // The adult comes last in a key.
  const whom = new Set(going.map(({ key }) => key.slice(key.lastIndexOf(':') + 1)));
  await tellReminder(deps, group.filter(stays), reminded.hours, { without: _id, whom });
  await Notification.deleteMany({ ...waiting, _id: { $in: going.map((mail) => mail._id) } });
}
