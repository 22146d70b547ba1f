import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Event } from '../models/event.js';
import { tellHousehold } from './tell-household.js';

const HOUR_MS = 3600_000;
const AT_ONCE = 200;

type Reminding = Pick<Event, '_id' | 'reminders' | 'reminded'>;

/**
 * Reminds families of what is booked, as many hours before as each event says. Of one meeting each reminder goes out once, also when the
 * worker died in between, when the hours are changed, and when several workers do this at once; nobody is reminded at a time that had
 * passed when they booked.
 */
export async function sendReminders(deps: Deps, stopping: AbortSignal): Promise<void> {
  // A day is over at the latest a day after it is in UTC.
  const since = new Date(deps.now().getTime() - 24 * HOUR_MS).toISOString().slice(0, 10);
  const events = await Event.find(
    { days: { $gte: since }, status: 'active', 'reminders.0': { $exists: true } },
    { reminders: 1, reminded: 1 },
  ).lean<Reminding[]>();
  // The least first: who is due for two of them gets one.
  for (const event of events)
    for (const hours of [...(event.reminders ?? [])].sort((a, b) => a - b))
      await remind(deps, event, hours, stopping);
}

/** One reminder of an event. Meetings that begin up to its mark were looked at before. */
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
  for (;;) {
    // In one order by time and id, so that any number may begin at one moment.
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
      await remindOf(deps, appointment, hours);
    }
    const end = batch.at(-1);
    if (batch.length < AT_ONCE || !end) break;
    from = end.from;
    last = end._id;
  }
  if (!reminded?.[`h${hours}`] || until > mark)
    await Event.updateOne({ _id, reminders: hours }, { $set: { [`reminded.h${hours}`]: until } });
}

async function remindOf(deps: Deps, appointment: Appointment, hours: number): Promise<void> {
  const { _id, from, bookedAt, createdAt } = appointment;
  const now = deps.now();
  if (isDone(appointment, hours, now) || (bookedAt ?? createdAt) > new Date(from.getTime() - hours * HOUR_MS))
    return;
  await tellHousehold(deps, appointment, 'reminder', `${from.getTime()}:${hours}`);
  await Appointment.updateOne(
    { _id, state: { $in: LIVING_STATES }, from },
    { $set: { reminded: { hours, from, at: now } } },
  );
}

/** Who was reminded just before their meeting was moved a little is not reminded again; of one that was moved far they are. */
function isDone({ from, reminded }: Appointment, hours: number, now: Date): boolean {
  if (!reminded || reminded.hours > hours) return false;
  return +reminded.from === +from || now.getTime() - reminded.at.getTime() < (hours / 2) * HOUR_MS;
}
