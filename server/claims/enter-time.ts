import { isDead } from './check-holder.js';
import { clear, isInTheWay, push } from './enter-diary.js';
import { diariesFor, type DiaryNeed } from './plan-needs.js';
import { areAllWritten } from './take-claims.js';
import type { Appointment } from '../models/appointment.js';
import type { Refusal } from '../models/refusal.js';
import { Diary, type Busy } from '../models/diary.js';
import { writesTo, writeTogether } from '../models/write-together.js';

/**
 * Enters an appointment's new time in somebody's diaries beside its old one, so that neither is free at any moment. May be repeated.
 * @returns the refusal, if something living is there
 */
export async function enterTime(
  { _id, account }: Pick<Appointment, '_id' | 'account'>,
  need: DiaryNeed,
  now: Date,
): Promise<Refusal | undefined> {
  // The appointment that it replaced has ended, so it is cleared like any dead one.
  const me = { _id, account };
  const mine = { appointment: _id, slot: need.slot, to: need.to };
  for (const id of diariesFor(need)) {
    while (!(await areAllWritten(writesTo<Diary>(Diary, [push(me, need, id, mine)])))) {
      const busy = (await Diary.findById(id).lean())?.busy ?? [];
      if (busy.some((entry) => isSame(entry, mine))) break;
      const inTheWay = busy.filter((entry) => isInTheWay(entry, me, need));
      for (const { appointment } of inTheWay) if (!(await isDead(appointment, now))) return need.refusal;
      if (inTheWay.length > 0) await writeTogether(writesTo<Diary>(Diary, [clear(id, inTheWay)]));
    }
  }
  return undefined;
}

type Mine = Pick<Busy, 'appointment' | 'slot' | 'to'>;

const isSame = (entry: Mine, mine: Mine): boolean =>
  entry.appointment.equals(mine.appointment) && entry.slot.equals(mine.slot) && +entry.to === +mine.to;
