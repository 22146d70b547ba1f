import type { Types } from 'mongoose';
import { isDead } from './check-holder.js';
import { clear, isInTheWay, push } from './enter-diary.js';
import { diariesFor, type DiaryNeed } from './plan-needs.js';
import { writeAll } from './take-claims.js';
import type { Appointment, Refusal } from '../models/appointment.js';
import { Diary } from '../models/diary.js';

/**
 * Enters an appointment's new time in somebody's diaries beside its old one, so that at no moment either is free. Doing it twice is
 * doing it once.
 * @returns why not, where something that lives is there
 */
export async function enterTime(
  { _id, account, slot }: Pick<Appointment, '_id' | 'account' | 'slot'>,
  need: DiaryNeed,
  now: Date,
): Promise<Refusal | undefined> {
  // What it replaced has ended, and is cleared away like everything dead.
  const me = { _id, account, slot };
  const mine = { appointment: _id, from: need.from };
  for (const id of diariesFor(need)) {
    while (!(await writeAll(Diary, [push(me, need, id, mine)]))) {
      const busy = (await Diary.findById(id).lean())?.busy ?? [];
      if (busy.some(({ appointment, from }) => appointment.equals(_id) && +from === +need.from)) break;
      const inTheWay = busy.filter((entry) => isInTheWay(entry, me, need));
      for (const { appointment } of inTheWay) if (!(await isDead(appointment, now))) return need.refusal;
      if (inTheWay.length > 0) await writeAll(Diary, [clear(id, inTheWay)]);
    }
  }
  return undefined;
}

/** Takes one time of some appointments out of every diary. */
export async function leaveTime(appointments: Types.ObjectId[], from: Date): Promise<void> {
  await Diary.updateMany(
    { 'busy.appointment': { $in: appointments } },
    { $pull: { busy: { appointment: { $in: appointments }, from } } },
  );
}
