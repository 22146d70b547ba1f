import { Types, type QueryFilter } from 'mongoose';
import { reconcileInterpreter } from '../booking/reconcile-interpreter.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { Interpreter } from '../models/interpreter.js';
import { SlotMove, UNTOLD_STATES } from '../models/slot-move.js';
import { eachOf } from '../web/each-of.js';
import { lackingIn } from './queries.js';

type Setting = Pick<Event, '_id' | 'account' | 'interpreting'>;

/** How many marked meetings one round takes. */
const MOST = 1000;

/** How many while a user waits for the page; the job does the rest. */
const AT_ONCE = 50;

/** How many meetings of an event that lack an interpreter are tried again in one round, chosen at random. */
const AGAIN = 20;

/** Goes through all marked meetings: those of a dead process, and those that a move of slots brought to another time. */
export async function reconcileInterpreters(deps: Deps, stopping: AbortSignal): Promise<void> {
  const households = () => Household.find({ interpreting: true }, { _id: 1 }).limit(MOST).lean();
  const interpreters = () => Interpreter.find({ unsettled: true }, { _id: 1 }).limit(MOST).lean();
  const steps = [
    async () => eachOf(await households(), stopping, ({ _id }) => markHousehold(_id, deps.now())),
    async () => eachOf(await interpreters(), stopping, ({ _id }) => markInterpreter(_id, deps.now())),
    () => tryAgain(deps, stopping),
    async () => eachOf(await findMarked(), stopping, ({ _id }) => reconcileInterpreter(deps, _id)),
  ];
  await eachOf(steps, stopping, (step) => step());
}

/** The marked meetings, except those that have an interpreter and wait for a move to be told. */
async function findMarked() {
  // Ended meetings need no interpreter, and must not take up the round.
  await Appointment.updateMany(
    { interpreting: { $exists: true }, state: { $in: ['expired', 'cancelled'] } },
    { $unset: { interpreting: 1 } },
  );
  const untold = await SlotMove.find({ state: { $in: UNTOLD_STATES } }, { _id: 1 }).lean();
  const waiting = {
    interpreter: { $exists: true },
    'interpreting.move': { $in: untold.map(({ _id }) => _id) },
  };
  return Appointment.find(
    { interpreting: { $exists: true }, state: { $in: LIVING_STATES }, $nor: [waiting] },
    { _id: 1 },
  )
    .lean()
    .cursor();
}

/** Marks some meetings that lack an interpreter, because somebody may have become free. */
async function tryAgain(deps: Deps, stopping: AbortSignal): Promise<void> {
  const events = Event.find(
    { 'interpreting.byHand': false, status: 'active' },
    { account: 1, interpreting: 1 },
  );
  await eachOf(events.lean().cursor(), stopping, async (event) => {
    const lacking = await whatLacks(event, deps.now());
    if (!lacking) return;
    const some = await Appointment.aggregate<Pick<Appointment, '_id'>>([
      { $match: lacking },
      { $sample: { size: AGAIN } },
      { $project: { _id: 1 } },
    ]);
    await mark({ _id: { $in: some.map(({ _id }) => _id) } }, deps.now());
  });
}

/** Goes through an event's marked meetings, as many as a user can wait for. */
export async function reconcileEvent(
  deps: Deps,
  { _id: event, account }: Pick<Event, '_id' | 'account'>,
): Promise<void> {
  for (const { _id } of await Interpreter.find({ unsettled: true, event, account }, { _id: 1 })
    .limit(AT_ONCE)
    .lean())
    await markInterpreter(_id, deps.now());
  const left = await Appointment.find(
    { interpreting: { $exists: true }, event, account, state: { $in: LIVING_STATES } },
    { _id: 1 },
  )
    .limit(AT_ONCE)
    .lean();
  for (const { _id } of left) await reconcileInterpreter(deps, _id);
}

/** Marks a household's coming meetings after it asked for another language, or none. */
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

/** After an interpreter was changed, marks their coming meetings, and those in their event that lack one. */
export async function markInterpreter(interpreter: Types.ObjectId, now: Date): Promise<Types.ObjectId[]> {
  const found = await Interpreter.findById(interpreter).lean();
  if (!found) return [];
  const own = await mark({ interpreter: { $eq: found._id, $exists: true } }, now);
  const lacking = await markLacking(found, now);
  await Interpreter.updateOne({ _id: interpreter }, { $unset: { unsettled: 1 } });
  return [...own, ...lacking];
}

/** Marks the meetings of an event that have an interpreter. */
export function markInterpreted(
  { event, account }: Pick<Interpreter, 'event' | 'account'>,
  now: Date,
): Promise<Types.ObjectId[]> {
  return mark({ event, account, interpreter: { $exists: true } }, now);
}

/** Marks the meetings of an event that lack an interpreter. */
export async function markLacking(
  { event, account }: Pick<Interpreter, 'event' | 'account'>,
  now: Date,
): Promise<Types.ObjectId[]> {
  const found = await Event.findOne(
    { _id: event, account, status: 'active' },
    { account: 1, interpreting: 1 },
  ).lean();
  const lacking = found && (await whatLacks(found, now));
  return lacking ? mark(lacking, now) : [];
}

/** A filter for coming meetings that lack an interpreter; undefined if the office assigns them. */
async function whatLacks(event: Setting, now: Date) {
  const { languages = [], byHand } = event.interpreting ?? {};
  return languages.length === 0 || byHand ? undefined : lackingIn(event, now);
}

/** Marks meetings, also those marked before, which somebody may be going through, and holds, which may just be booked. */
async function mark(which: QueryFilter<Appointment>, now: Date): Promise<Types.ObjectId[]> {
  const states: Appointment['state'][] = ['pending', ...LIVING_STATES];
  const ahead = { ...which, state: { $in: states }, from: { $gt: now } };
  await Appointment.updateMany(ahead, { $set: { 'interpreting.mark': new Types.ObjectId() } });
  const found = await Appointment.find({ ...ahead, interpreting: { $exists: true } }, { _id: 1 })
    .sort({ from: 1 })
    .limit(MOST)
    .lean();
  return found.map(({ _id }) => _id);
}
