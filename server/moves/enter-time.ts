import type { Types } from 'mongoose';
import { isDead } from '../booking/check-holder.js';
import { diariesFor, type DiaryNeed } from '../booking/plan-needs.js';
import type { Appointment, Refusal } from '../models/appointment.js';
import { Diary, type Busy } from '../models/diary.js';
import { isDuplicateKey } from '../models/duplicate-key.js';

type Me = Pick<Appointment, '_id' | 'account' | 'slot'>;

/**
 * Enters an appointment's new time in somebody's diaries beside its old one, so that at no moment either is free. Doing it twice is
 * doing it once.
 * @returns why not, where something that lives is there
 */
export async function enterTime(me: Me, need: DiaryNeed, now: Date): Promise<Refusal | undefined> {
  for (const id of diariesFor(need)) {
    while (!(await push(me, need, id))) {
      const busy = (await Diary.findById(id).lean())?.busy ?? [];
      if (busy.some((entry) => isMine(entry, me, need))) break;
      const inTheWay = busy.filter((entry) => isInTheWay(entry, me, need));
      for (const { appointment } of inTheWay) if (!(await isDead(appointment, now))) return need.refusal;
      const dead = inTheWay.map(({ appointment }) => appointment);
      if (dead.length > 0)
        await Diary.updateOne({ _id: id }, { $pull: { busy: { appointment: { $in: dead } } } });
    }
  }
  return undefined;
}

/** One write: it pushes only where nothing of another appointment overlaps. */
async function push(me: Me, need: DiaryNeed, _id: string): Promise<boolean> {
  const [after, before] = reach(need);
  const entry: Busy = { from: need.from, to: need.to, slot: me.slot, appointment: me._id };
  const isFree = {
    $not: {
      $elemMatch: {
        $or: [
          { appointment: me._id, from: need.from },
          {
            appointment: { $ne: me._id },
            from: { $lt: before },
            to: { $gt: after },
            ...(need.shared ? { slot: { $ne: me.slot } } : {}),
          },
        ],
      },
    },
  };
  try {
    await Diary.updateOne(
      { _id, busy: isFree },
      { $push: { busy: entry }, $setOnInsert: { account: me.account } },
      { upsert: true },
    );
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

function isMine(entry: Busy, me: Me, need: DiaryNeed): boolean {
  return entry.appointment.equals(me._id) && entry.from.getTime() === need.from.getTime();
}

/** The same question that `push` puts to the database. */
function isInTheWay(entry: Busy, me: Me, need: DiaryNeed): boolean {
  if (entry.appointment.equals(me._id) || (need.shared && entry.slot.equals(me.slot))) return false;
  const [after, before] = reach(need);
  return entry.from < before && entry.to > after;
}

function reach({ from, to, gapMs }: DiaryNeed): [after: Date, before: Date] {
  return [new Date(from.getTime() - gapMs), new Date(to.getTime() + gapMs)];
}

/** Takes one time of some appointments out of every diary. */
export async function leaveTime(appointments: Types.ObjectId[], from: Date): Promise<void> {
  await Diary.updateMany(
    { 'busy.appointment': { $in: appointments } },
    { $pull: { busy: { appointment: { $in: appointments }, from } } },
  );
}
