import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Event } from '../models/event.js';
import { SlotMove, UNTOLD_STATES } from '../models/slot-move.js';
import { tellReminder } from './tell-reminder.js';

const HOUR_MS = 3600_000;
const AT_ONCE = 200;
/** Meetings of a family that begin within this time share one reminder. */
const CLOSE_MS = 6 * HOUR_MS;

type Reminding = Pick<Event, '_id' | 'reminders' | 'reminded'>;

/**
 * Reminds families of their meetings, as many hours before as each event says. Each reminder of a meeting goes out once, even if a worker
 * died, the hours were changed, or several workers run at once. A reminder that was due before the family booked is not sent.
 */
export async function sendReminders(deps: Deps, stopping: AbortSignal): Promise<void> {
  // An event's day is over in every time zone one day after it is over in UTC.
  const since = new Date(deps.now().getTime() - 24 * HOUR_MS).toISOString().slice(0, 10);
  // Until families are told of a move it can be undone, and a reminder would announce it. Its event's marks stay, so that none is left out.
  const moving = await SlotMove.distinct('event', { state: { $in: UNTOLD_STATES } });
  const events = await Event.find(
    { _id: { $nin: moving }, days: { $gte: since }, status: 'active', 'reminders.0': { $exists: true } },
    { reminders: 1, reminded: 1 },
  ).lean<Reminding[]>();
  // The shortest reminder first: a family that is due for two gets one.
  for (const event of events)
    for (const hours of [...(event.reminders ?? [])].sort((a, b) => a - b))
      await remind(deps, event, hours, stopping);
}

/** Sends one of an event's reminders. Meetings that begin before its mark were looked at in earlier runs. */
async function remind(
  deps: Deps,
  { _id, reminded }: Reminding,
  hours: number,
  stopping: AbortSignal,
): Promise<void> {
  const now = deps.now();
  const mark = reminded?.[`h${hours}`] ?? now;
  const until = new Date(now.getTime() + hours * HOUR_MS);
  let from = mark > now ? mark : now;
  let last: Types.ObjectId | undefined;
  const told = new Set<string>();
  for (;;) {
    // Ordered by time and id, so that any number of meetings may begin at the same moment.
    const batch: Appointment[] = await Appointment.find({
      event: _id,
      state: { $in: LIVING_STATES },
      from: { $gte: from, $lte: until },
      ...(last
        ? { $or: [{ from: { $gt: from } }, { _id: { $gt: last } }] }
        : { from: { $gt: from, $lte: until } }),
    })
      .sort({ from: 1, _id: 1 })
      .limit(AT_ONCE)
      .lean();
    for (const appointment of batch) {
      if (stopping.aborted) return;
      if (!told.has(appointment._id.toHexString()))
        for (const id of await remindOf(deps, appointment, hours)) told.add(id.toHexString());
    }
    const end = batch.at(-1);
    if (batch.length < AT_ONCE || !end) break;
    from = end.from;
    last = end._id;
  }
  if (!reminded?.[`h${hours}`] || until > mark)
    await Event.updateOne({ _id, reminders: hours }, { $set: { [`reminded.h${hours}`]: until } });
}

/**
 * Reminds a family of a meeting, and in the same mail of those that follow closely, so that an evening of many meetings is one mail.
 * @returns the meetings in the mail
 */
async function remindOf(deps: Deps, first: Appointment, hours: number): Promise<Types.ObjectId[]> {
  const now = deps.now();
  // A meeting booked after the mail was due is left out, even when the mail is made a second time.
  const due = new Date(first.from.getTime() - hours * HOUR_MS);
  const isDue = (one: Appointment) => !isDone(one, hours, now) && (one.bookedAt ?? one.createdAt) <= due;
  if (!isDue(first)) return [];
  const { household, event, from } = first;
  // The first meeting is read again too, because another worker may have reminded of it meanwhile.
  const close = await Appointment.find({
    household,
    event,
    state: { $in: LIVING_STATES },
    $or: [
      { from, _id: { $gte: first._id } },
      { from: { $gt: from, $lte: new Date(from.getTime() + CLOSE_MS) } },
    ],
  })
    .sort({ from: 1, _id: 1 })
    .limit(AT_ONCE)
    .lean();
  const group = close.filter(isDue);
  if (!group[0]?._id.equals(first._id)) return [];
  await tellReminder(deps, group, hours);
  // One command for all: if a worker died after some, the next mail would be about the rest, under another key.
  await Appointment.updateMany(
    {
      state: { $in: LIVING_STATES },
      $or: group.map((one) => ({ _id: one._id, from: one.from })),
    },
    [{ $set: { reminded: { hours: { $literal: hours }, from: '$from', at: { $literal: now } } } }],
    { updatePipeline: true },
  );
  return group.map(({ _id }) => _id);
}

/** Whether a meeting needs no reminder: it had one and was not moved far since. */
function isDone({ from, reminded }: Appointment, hours: number, now: Date): boolean {
  if (!reminded || reminded.hours > hours) return false;
  return +reminded.from === +from || now.getTime() - reminded.at.getTime() < (hours / 2) * HOUR_MS;
}
