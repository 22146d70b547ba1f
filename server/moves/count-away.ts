import type { Types } from 'mongoose';
import { isThere } from '../booking/find-interpreter.js';
import { Appointment } from '../models/appointment.js';
import type { Event } from '../models/event.js';
import { Interpreter } from '../models/interpreter.js';
import { byId } from '../web/lists.js';
import type { Planned } from './plan-move.js';

/** At how many of the meetings that move the interpreter isn't there then. Of a longer one its first slot is looked at. */
export async function countAway(
  event: Pick<Event, 'account' | 'timeZone'>,
  moving: { _id: Types.ObjectId }[],
  going: Planned[],
): Promise<number> {
  const meetings = await Appointment.find(
    { _id: { $in: moving.map(({ _id }) => _id) }, interpreter: { $exists: true } },
    { slot: 1, interpreter: 1 },
  ).lean();
  if (meetings.length === 0) return 0;
  const ids = meetings.flatMap(({ interpreter }) => interpreter ?? []);
  const found = byId(await Interpreter.find({ _id: { $in: ids }, account: event.account }).lean());
  const timeOf = new Map(going.map(({ slot, to }) => [slot._id.toHexString(), to]));
  return meetings.filter(({ slot, interpreter }) => {
    const [to, who] = [timeOf.get(slot.toHexString()), found.get(String(interpreter))];
    return to && who && !isThere(who, event, to);
  }).length;
}
