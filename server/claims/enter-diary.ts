import type { AnyBulkWriteOperation } from 'mongoose';
import type { Appointment } from '../models/appointment.js';
import type { Busy, Diary } from '../models/diary.js';
import { isDead } from './check-holder.js';
import { diariesFor, type DiaryNeed } from './plan-needs.js';

export type DiaryWrite = AnyBulkWriteOperation<Diary>;

/** The appointment that is entered. The one that it replaces is not in its way. */
type Entrant = Pick<Appointment, '_id' | 'account' | 'replaces'>;

/**
 * The writes that enter an appointment in somebody's diary; none where it is entered. Meetings that touch do not overlap.
 * @param diaries those of the need that exist, by their ids
 * @returns undefined when something living overlaps
 */
export async function enterDiary(
  me: Appointment,
  need: DiaryNeed,
  diaries: ReadonlyMap<string, Diary>,
  now: Date,
): Promise<DiaryWrite[] | undefined> {
  const writes: DiaryWrite[] = [];
  for (const id of diariesFor(need)) {
    const busy = diaries.get(id)?.busy ?? [];
    // Checked even if it is entered: the gap may have grown since it was put on hold.
    const inTheWay = busy.filter((entry) => isInTheWay(entry, me, need));
    for (const entry of inTheWay) if (!(await isDead(entry.appointment, now, me))) return undefined;
    const isEntered = (entry: Busy) => entry.appointment.equals(me._id) && entry.slot.equals(need.slot);
    if (busy.some(isEntered)) continue;
    if (inTheWay.length > 0) writes.push(clear(id, inTheWay));
    writes.push(push(me, need, id, { appointment: me._id, slot: need.slot }));
  }
  return writes;
}

/** Removes entries of dead appointments from a diary. */
export function clear(_id: string, dead: Busy[]): DiaryWrite {
  const appointments = dead.map((entry) => entry.appointment);
  return {
    updateOne: { filter: { _id }, update: { $pull: { busy: { appointment: { $in: appointments } } } } },
  };
}

/**
 * One write that pushes only if nothing overlaps. If something does, no document matches, and the insert collides.
 * @param mine what shows that the entry is there already
 */
export function push(me: Entrant, need: DiaryNeed, _id: string, mine: Partial<Busy>): DiaryWrite {
  const [after, before] = reach(need);
  const isFree = {
    $not: {
      $elemMatch: {
        $or: [
          mine,
          {
            appointment: { $nin: me.replaces ? [me._id, me.replaces] : [me._id] },
            from: { $lt: before },
            to: { $gt: after },
            ...(need.shared ? { slot: { $ne: need.slot } } : {}),
            // Null matches entries without `who`: the whole household goes there.
            ...(need.who ? { who: { $in: [null, need.who] } } : {}),
          },
        ],
      },
    },
  };
  const who = need.who ? { who: need.who } : {};
  const entry: Busy = { from: need.from, to: need.to, slot: need.slot, appointment: me._id, ...who };
  return {
    updateOne: {
      filter: { _id, busy: isFree },
      update: { $push: { busy: entry }, $setOnInsert: { account: me.account } },
      upsert: true,
    },
  };
}

/** The condition that `push` gives the database. */
export function isInTheWay(entry: Busy, me: Entrant, need: DiaryNeed): boolean {
  if (entry.appointment.equals(me._id) || me.replaces?.equals(entry.appointment)) return false;
  if (need.shared && entry.slot.equals(need.slot)) return false;
  if (need.who && entry.who && !entry.who.equals(need.who)) return false;
  const [after, before] = reach(need);
  return entry.from < before && entry.to > after;
}

/** The span in which nothing else may be. */
function reach({ from, to, gapMs }: DiaryNeed): [after: Date, before: Date] {
  return [new Date(from.getTime() - gapMs), new Date(to.getTime() + gapMs)];
}
