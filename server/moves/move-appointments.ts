import { Types } from 'mongoose';
import { toldOf } from '../booking/reconcile-interpreter.js';
import { leaveDay, leaveTime } from '../claims/leave-times.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { inSlots } from '../models/appointment-slots.js';
import { asRead } from '../models/as-read.js';
import { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import type { SlotMoveItem } from '../models/slot-move.js';
import { areThere, findParts } from './find-parts.js';
import { noteBack, noteMoved } from './write-moved.js';

/** A slot's place in time. */
export interface SlotTime {
  from: Date;
  to: Date;
  day: string;
}

/** The appointments that take place in a slot. */
export const livingIn = (slot: SlotMoveItem['slot']): Promise<Appointment[]> =>
  Appointment.find({ ...inSlots([slot]), state: { $in: LIVING_STATES } }).lean();

/** Whether a move takes a slot back to where it was before. */
export const isWayBack = (item: SlotMoveItem, source: SlotTime) => +source.from !== +item.from;

/** Everything that is still at the old time; a change that the family made meanwhile is theirs. */
export async function moveAppointments(
  item: SlotMoveItem,
  source: SlotTime,
  target: SlotTime,
  now: Date,
): Promise<void> {
  const isBack = isWayBack(item, source);
  const left: Appointment[] = [];
  for (const appointment of await livingIn(item.slot))
    if (appointment.more) await moveLonger(item, appointment, isBack, now);
    else {
      left.push(appointment);
      await writeTime(item, appointment, source, target, { isBack, now });
    }
  const ids = left.map(({ _id }) => _id);
  await leaveTime(ids, item.slot, source.to);
  if (source.day !== target.day) await leaveDay(item, ids, (day) => day === source.day, now);
}

/** Moves a longer meeting when the last of its slots has moved. */
async function moveLonger(
  item: SlotMoveItem,
  appointment: Appointment,
  isBack: boolean,
  now: Date,
): Promise<void> {
  const parts = await findParts(item, appointment, isBack);
  const [first, last] = [parts?.[0], parts?.at(-1)];
  if (!parts || !first || !last || !(await areThere(parts, isBack))) return;
  const [old, fresh] = [
    { from: first.from, to: last.to },
    { from: first.newFrom, to: last.newTo },
  ];
  await writeTime(item, appointment, isBack ? fresh : old, isBack ? old : fresh, { isBack, now });
  const ids = [appointment._id];
  for (const { slot, to, newTo } of parts) await leaveTime(ids, slot, isBack ? newTo : to);
  const oldDay = isBack ? first.newDay : first.day;
  if (first.day !== first.newDay) await leaveDay(item, ids, (day) => day === oldDay, now);
}

async function writeTime(
  item: SlotMoveItem,
  appointment: Appointment,
  source: Pick<SlotTime, 'from'>,
  target: Pick<SlotTime, 'from' | 'to'>,
  way: { isBack: boolean; now: Date },
): Promise<void> {
  let one: Appointment | null = appointment;
  // Who sits in it may change at this moment: the old time is left only once no appointment is there any more.
  while (one && LIVING_STATES.includes(one.state) && +one.from === +source.from) {
    const moved = way.isBack
      ? await noteBack(item, one, way.now)
      : await noteMoved(item, one, target, way.now);
    const interpreting = await markMoved(item, one);
    if (await writeOnce(one, source, target, { moved, interpreting })) return;
    one = await Appointment.findById(one._id).lean();
  }
}

/** Whoever interprets is chosen again at the new time, also where nobody could at the old one. Whom the family was told is kept. */
async function markMoved(
  { move }: SlotMoveItem,
  { event, household, interpreter, interpreting }: Appointment,
): Promise<Appointment['interpreting']> {
  const was = toldOf({ interpreter, interpreting });
  const isLacking = async () =>
    (await Event.exists({ _id: event, interpreting: { $exists: true } })) !== null &&
    (await Household.exists({ _id: household, interpreter: { $exists: true } })) !== null;
  if (!was && !interpreting && !(await isLacking())) return undefined;
  const assigned = interpreting?.to?.equals(interpreter ?? '') ? undefined : interpreting?.to;
  // Of a move that goes back it is whom they had before it.
  const to = assigned ?? was;
  return { mark: new Types.ObjectId(), was, move, ...(to ? { to } : {}) };
}

async function writeOnce(
  { _id, entry, interpreter, interpreting: before }: Appointment,
  source: Pick<SlotTime, 'from'>,
  target: Pick<SlotTime, 'from' | 'to'>,
  { moved, interpreting }: Pick<Appointment, 'moved' | 'interpreting'>,
): Promise<boolean> {
  const written = await Appointment.updateOne(
    {
      _id,
      state: { $in: LIVING_STATES },
      from: source.from,
      ...asRead({ 'entry.changes': entry?.changes, interpreter, 'interpreting.mark': before?.mark }),
    },
    {
      $set: {
        from: target.from,
        to: target.to,
        ...(moved ? { moved } : {}),
        entry: { first: entry?.first ?? _id, changes: (entry?.changes ?? 0) + 1 },
        ...(interpreting ? { interpreting } : {}),
      },
      $unset: { ...(moved ? {} : { moved: 1 }), ...(interpreter ? { interpreter: 1 } : {}) },
    },
  );
  return written.matchedCount === 1;
}
