import type { QueryFilter, Types } from 'mongoose';
import { reconcileInterpreter } from '../booking/reconcile-interpreter.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { Interpreter } from '../models/interpreter.js';

/** So many are gone through at a time. */
const MOST = 1000;

/** Goes through whatever is marked: what a process that died left, and what a move of slots has brought to another time. */
export async function reconcileInterpreters(deps: Deps, stopping: AbortSignal): Promise<void> {
  for (const { _id } of await Household.find({ interpreting: true }, { _id: 1 }).limit(MOST).lean())
    await markHousehold(_id, deps.now());
  for (const { _id } of await Interpreter.find({ unsettled: true }, { _id: 1 }).limit(MOST).lean())
    await markInterpreter(_id, deps.now());
  const left = await Appointment.find({ interpreting: { $exists: true } }, { _id: 1 })
    .limit(MOST)
    .lean();
  for (const { _id } of left) {
    if (stopping.aborted) return;
    await reconcileInterpreter(deps, _id);
  }
}

/** Marks what a household has ahead, after it said that it needs another language, or none. */
export async function markHousehold(household: Types.ObjectId, now: Date): Promise<Types.ObjectId[]> {
  const found = await Household.findById(household, { account: 1 }).lean();
  const events = found
    ? await Event.find(
        { account: found.account, status: 'active', interpreting: { $exists: true } },
        { _id: 1 },
      ).lean()
    : [];
  const ids = await mark({ household, event: { $in: events.map(({ _id }) => _id) } }, now);
  await Household.updateOne({ _id: household }, { $unset: { interpreting: 1 } });
  return ids;
}

/** Marks what an interpreter has ahead, and what has none in their event, after they were changed. */
export async function markInterpreter(interpreter: Types.ObjectId, now: Date): Promise<Types.ObjectId[]> {
  const found = await Interpreter.findById(interpreter).lean();
  if (!found) return [];
  const own = await mark({ interpreter: { $eq: found._id, $exists: true } }, now);
  const lacking = await markLacking(found, now);
  await Interpreter.updateOne({ _id: interpreter }, { $unset: { unsettled: 1 } });
  return [...own, ...lacking];
}

/** Marks what lacks an interpreter in an event. */
export async function markLacking(
  { event, account }: Pick<Interpreter, 'event' | 'account'>,
  now: Date,
): Promise<Types.ObjectId[]> {
  const found = await Event.findOne({ _id: event, account, status: 'active' }, { interpreting: 1 }).lean();
  const languages = found?.interpreting?.languages ?? [];
  if (languages.length === 0 || found?.interpreting?.byHand) return [];
  const households = await Household.find(
    { account, interpreter: { $in: languages, $exists: true } },
    { _id: 1 },
  ).lean();
  return mark(
    { event, household: { $in: households.map(({ _id }) => _id) }, interpreter: { $exists: false } },
    now,
  );
}

async function mark(which: QueryFilter<Appointment>, now: Date): Promise<Types.ObjectId[]> {
  const ahead = { ...which, state: { $in: LIVING_STATES }, from: { $gt: now } };
  await Appointment.updateMany(
    { ...ahead, interpreting: { $exists: false } },
    { $set: { interpreting: {} } },
  );
  const found = await Appointment.find({ ...ahead, interpreting: { $exists: true } }, { _id: 1 })
    .sort({ from: 1 })
    .limit(MOST)
    .lean();
  return found.map(({ _id }) => _id);
}
