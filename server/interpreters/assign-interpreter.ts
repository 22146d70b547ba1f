import { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { findFree, languageFor } from '../booking/find-interpreter.js';
import { findSlots } from '../booking/find-slots.js';
import { reconcileInterpreter, toldOf } from '../booking/reconcile-interpreter.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { asRead } from '../models/as-read.js';
import type { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { inSight, type Sight } from '../web/sight.js';

export type Assigned =
  /** @property news the household to tell; absent: nothing changed */
  { ok: true; news?: Types.ObjectId } | { ok: false; reason: 'unknown' | 'gone' | 'not free' | 'changed' };

/**
 * Assigns an interpreter to a meeting, or nobody, for the office. The family is told.
 * @param interpreter absent: nobody
 */
export async function assignInterpreter(
  deps: Deps,
  event: Event,
  {
    appointment,
    interpreter,
    user,
    sight,
  }: { appointment: Types.ObjectId; interpreter?: Types.ObjectId; user: Types.ObjectId; sight: Sight },
): Promise<Assigned> {
  const { _id, account } = event;
  const found = await Appointment.findOne({
    ...{ _id: appointment, event: _id, account },
    ...inSight(sight),
  }).lean();
  if (!found) return { ok: false, reason: 'unknown' };
  if (!LIVING_STATES.includes(found.state)) return { ok: false, reason: 'gone' };
  if (String(found.interpreter ?? '') === String(interpreter ?? '') && !found.interpreting)
    return { ok: true };
  if (interpreter && !(await isFree(event, found, interpreter, deps.now())))
    return { ok: false, reason: 'not free' };
  const { interpreter: before, interpreting } = found;
  const was = toldOf(found);
  const mark = {
    ...{ mark: new Types.ObjectId(), was },
    // Nobody: the former interpreter has no priority either, and where the office assigns them nobody else is chosen.
    ...(interpreter ? { to: interpreter } : {}),
    ...(interpreting?.move ? { move: interpreting.move } : {}),
  };
  const marked = await Appointment.updateOne(
    {
      ...{ _id: found._id, state: { $in: LIVING_STATES } },
      ...asRead({ interpreter: before, 'interpreting.mark': interpreting?.mark }),
    },
    {
      $set: { interpreting: mark },
      ...(interpreter ? {} : { $unset: { interpreter: 1 as const } }),
    },
  );
  if (marked.matchedCount === 0) return { ok: false, reason: 'changed' };
  await reconcileInterpreter(deps, found._id);
  await recordAudit({
    ...{ account, event: _id, user, at: deps.now() },
    action: 'assign interpreter',
    targets: [found._id, ...(interpreter ? [interpreter] : [])],
  });
  const after = await Appointment.findById(found._id, { interpreter: 1 }).lean();
  const isDone = !interpreter || interpreter.equals(after?.interpreter ?? '');
  const isNews = String(was ?? '') !== String(interpreter ?? '');
  if (isDone) return { ok: true, ...(isNews ? { news: found.household } : {}) };
  return { ok: false, reason: 'not free' };
}

async function isFree(event: Event, found: Appointment, id: Types.ObjectId, now: Date): Promise<boolean> {
  const [household, slots] = await Promise.all([
    Household.findById(found.household).lean(),
    findSlots(found),
  ]);
  const language = household && languageFor(event, household);
  if (!language) return false;
  return (await findFree(event, language, slots, { me: found, now })).some((one) => one._id.equals(id));
}
