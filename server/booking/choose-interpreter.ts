import { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import type { Overridable } from '../models/refusal.js';
import { asRead } from '../models/as-read.js';
import { Diary } from '../models/diary.js';
import type { Event } from '../models/event.js';
import { Interpreter } from '../models/interpreter.js';
import type { Bookable } from './check-booking.js';
import { diaryOf, findFree } from './find-interpreter.js';
import { utcDays } from '../claims/plan-needs.js';

/** What decides who may interpret. */
type Wished = Pick<Bookable, 'slot' | 'more' | 'language'>;

export type Chosen =
  { ok: true; me: Appointment; interpreter?: Interpreter } | { ok: false; reason: 'interpreter busy' };

/**
 * Chooses who interprets a meeting that is on hold or is to be put on hold. Whoever interprets it, or the meeting that it replaces, comes
 * first. Where the office assigns interpreters, nobody new is chosen. Nothing is taken.
 * @param before who interprets the meeting that it replaces
 */
export async function chooseInterpreter(
  event: Event,
  { slot, more, language }: Wished,
  me: Appointment,
  {
    now,
    before,
    over = [],
  }: { now: Date; before?: Types.ObjectId | undefined; over?: readonly Overridable[] },
): Promise<Chosen> {
  const prefer = [me.interpreter, before];
  const isByHand = event.interpreting?.byHand ?? false;
  if (!language || (isByHand && !prefer.some(Boolean))) return { ok: true, me: withInterpreter(me) };
  const free = await findFree(event, language, [slot, ...more], { me, prefer, now });
  const chosen = isByHand ? free.find(({ _id }) => prefer.some((id) => id?.equals(_id))) : free[0];
  if (!chosen && !isByHand && !over.includes('interpreter busy'))
    return { ok: false, reason: 'interpreter busy' };
  return { ok: true, me: withInterpreter(me, chosen?._id), ...(chosen ? { interpreter: chosen } : {}) };
}

/** The same for a stored hold. An interpreter who is replaced loses the meeting from their diary. */
export async function changeInterpreter(
  event: Event,
  wished: Wished,
  hold: Appointment,
  { now, over = [] }: { now: Date; over?: readonly Overridable[] | undefined },
): Promise<Chosen> {
  for (let me = hold; ;) {
    const chosen = await chooseInterpreter(event, wished, me, { now, over });
    if (!chosen.ok || String(chosen.me.interpreter) === String(me.interpreter)) return chosen;
    const { interpreter } = chosen.me;
    const changed = await Appointment.updateOne(
      { _id: me._id, state: 'pending', ...asRead({ interpreter: me.interpreter }) },
      {
        // If the process dies before the next step, the meeting stays in a diary for nothing; reconciling removes it after the booking.
        $set: {
          ...(interpreter ? { interpreter } : {}),
          ...(me.interpreter ? { 'interpreting.mark': new Types.ObjectId() } : {}),
        },
        ...(interpreter ? {} : { $unset: { interpreter: 1 as const } }),
      },
    );
    if (changed.matchedCount === 1) {
      if (me.interpreter) await leaveInterpreter(me, me.interpreter);
      return chosen;
    }
    const found = await Appointment.findById(me._id).lean();
    // It was booked or has ended; the caller's next step notices that.
    if (found?.state !== 'pending') return chosen;
    me = found;
  }
}

function withInterpreter({ interpreter: _, ...me }: Appointment, id?: Types.ObjectId): Appointment {
  return { ...me, ...(id ? { interpreter: id } : {}) };
}

/** Takes a meeting out of the diary of somebody who does not interpret it any more. */
async function leaveInterpreter(
  { _id, from, to }: Pick<Appointment, '_id' | 'from' | 'to'>,
  interpreter: Types.ObjectId,
): Promise<void> {
  const found = await Interpreter.findById(interpreter, { contact: 1 }).lean();
  const person = String(found ? diaryOf(found) : interpreter);
  await Diary.updateMany(
    { _id: { $in: utcDays(from, to).map((day) => `${person}:${day}`) } },
    { $pull: { busy: { appointment: _id } } },
  );
}
