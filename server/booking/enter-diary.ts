import mongoose from 'mongoose';
import type { Appointment } from '../models/appointment.js';
import { Diary, type Busy } from '../models/diary.js';
import { isDead } from './check-holder.js';
import type { DiaryNeed } from './plan-needs.js';

const { MongoServerError } = mongoose.mongo;
const ROUNDS = 50;

/**
 * Enters an appointment into somebody's diary, unless something that lives overlaps. Touching is not overlapping, and what the
 * appointment replaces is not in its way. Doing it again enters nothing twice.
 */
export async function enterDiary(me: Appointment, need: DiaryNeed, now: () => Date): Promise<boolean> {
  for (const day of need.days) {
    if (!(await enterDay(me, need, `${need.person.toHexString()}:${day}`, now))) return false;
  }
  return true;
}

async function enterDay(me: Appointment, need: DiaryNeed, id: string, now: () => Date): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round++) {
    if (await push(me, need, id)) return true;
    const diary = await Diary.findById(id).lean();
    const busy = diary?.busy ?? [];
    if (busy.some((entry) => entry.appointment.equals(me._id))) return true;
    const inTheWay = busy.filter((entry) => overlaps(entry, me, need));
    for (const entry of inTheWay) if (!(await isDead(entry.appointment, now(), me))) return false;
    const dead = inTheWay.map((entry) => entry.appointment);
    if (dead.length > 0)
      await Diary.updateOne({ _id: id }, { $pull: { busy: { appointment: { $in: dead } } } });
  }
  return false;
}

/** One write: it pushes only if nothing overlaps; where something does, no document matches and inserting one collides. */
async function push(me: Appointment, need: DiaryNeed, id: string): Promise<boolean> {
  const free = {
    busy: {
      $not: {
        $elemMatch: {
          $or: [
            { appointment: me._id },
            {
              from: { $lt: need.to },
              to: { $gt: need.from },
              ...(me.replaces ? { appointment: { $ne: me.replaces } } : {}),
              ...(need.shared ? { slot: { $ne: me.slot } } : {}),
            },
          ],
        },
      },
    },
  };
  const entry: Busy = { from: need.from, to: need.to, slot: me.slot, appointment: me._id };
  try {
    const result = await Diary.updateOne(
      { _id: id, ...free },
      { $push: { busy: entry }, $setOnInsert: { account: me.account } },
      { upsert: true },
    );
    return result.modifiedCount + result.upsertedCount === 1;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === 11000) return false;
    throw error;
  }
}

/** The same question that `push` puts to the database. */
function overlaps(entry: Busy, me: Appointment, need: DiaryNeed): boolean {
  if (me.replaces && entry.appointment.equals(me.replaces)) return false;
  if (need.shared && entry.slot.equals(me.slot)) return false;
  return entry.from < need.to && entry.to > need.from;
}
