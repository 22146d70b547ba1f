import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { asRead } from '../models/as-read.js';
import { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { Interpreter } from '../models/interpreter.js';
import type { Slot } from '../models/slot.js';
import { SlotMove, UNTOLD_STATES } from '../models/slot-move.js';
import { enterTime } from '../claims/enter-time.js';
import { findSlots } from './find-slots.js';
import { diaryOf, findFree, languageFor } from './find-interpreter.js';
import { leaveInterpreters } from './leave-interpreters.js';
import { interpreterNeeds } from '../claims/plan-needs.js';
import { tellHousehold, type Say } from '../meetings/tell-household.js';

/** After so many changes at once, the job continues. */
const TRIES = 20;

type Marked = Appointment & Required<Pick<Appointment, 'interpreting'>>;

/**
 * Decides who interprets a booked meeting that is marked as `interpreting`, and tells its family if that changes. Whoever somebody chose
 * comes first, then whoever interprets it already, then, unless the office assigns interpreters, anybody who is free. The new diary is
 * entered first, one write decides, the old diary is left, and the family is told last. So nobody is at two places, a death loses nothing,
 * and nobody is told what isn't so. May be repeated.
 * @param isTold the family hears it with other news; while a move of its time can still be undone, nobody is told
 */
export async function reconcileInterpreter(deps: Deps, id: Types.ObjectId, isTold = false): Promise<void> {
  for (let n = 0; n < TRIES; n++) {
    const found = await Appointment.findById(id).lean();
    if (!found?.interpreting || found.state === 'pending') return;
    if (!isMarked(found) || !LIVING_STATES.includes(found.state)) return dropMark(id);
    const stretches = await findSlots(found);
    // Its slots are being moved. The move marks it again at its new time.
    if (!isAt(found, stretches)) return;
    const chosen = await choose(found, stretches, deps.now());
    const needs = chosen ? interpreterNeeds(stretches, diaryOf(chosen)) : [];
    if (await isRefused(found, needs, deps.now())) continue;
    if (String(found.interpreter) !== String(chosen?._id)) {
      await decide(found, chosen);
      continue;
    }
    await leaveInterpreters(found, stretches);
    if (await end(deps, found, chosen, isTold)) return;
    // Somebody else decided at the same moment, and this call may have taken out their choice.
    await markAgain(id);
  }
}

const isMarked = (found: Appointment): found is Marked => found.interpreting !== undefined;

const isAt = ({ from, to }: Appointment, stretches: Slot[]) =>
  +(stretches[0]?.from ?? 0) === +from && +(stretches.at(-1)?.to ?? 0) === +to;

/** Marks a meeting for a new choice of interpreter, even while one is being made. */
export const markAgain = (_id: Types.ObjectId) =>
  Appointment.updateOne(
    { _id, state: { $in: LIVING_STATES } },
    { $set: { 'interpreting.mark': new Types.ObjectId() } },
  );

/** Removes the mark from a meeting that has ended. */
async function dropMark(_id: Types.ObjectId): Promise<void> {
  await Appointment.updateOne(
    { _id, state: { $in: ['expired', 'cancelled'] } },
    { $unset: { interpreting: 1 } },
  );
}

async function isRefused(
  { _id, account }: Appointment,
  needs: ReturnType<typeof interpreterNeeds>,
  now: Date,
): Promise<boolean> {
  for (const need of needs) if (await enterTime({ _id, account }, need, now)) return true;
  return false;
}

async function choose(found: Marked, slots: Slot[], now: Date): Promise<Interpreter | undefined> {
  const [event, household] = await Promise.all([
    Event.findById(found.event).lean(),
    Household.findById(found.household).lean(),
  ]);
  const language = event && household && languageFor(event, household);
  if (!language) return undefined;
  const prefer = [found.interpreting.to, found.interpreter];
  const free = await findFree(event, language, slots, { me: found, prefer, now });
  const isKnown = ({ _id }: Interpreter) => prefer.some((id) => id?.equals(_id));
  return event.interpreting?.byHand ? free.find(isKnown) : free[0];
}

/** A filter: nothing of the meeting changed since it was read. */
const sameAs = ({ _id, from, interpreter, interpreting }: Marked) => ({
  ...{ _id, state: { $in: LIVING_STATES }, from },
  interpreting: { $exists: true },
  ...asRead({ interpreter, 'interpreting.mark': interpreting.mark }),
});

/** Stores the interpreter, and keeps in the mark who the family was told. */
async function decide(found: Marked, chosen: Interpreter | undefined): Promise<void> {
  const { move } = found.interpreting;
  const interpreting = {
    ...{ mark: new Types.ObjectId(), was: toldOf(found) },
    ...(chosen ? { to: chosen._id } : {}),
    ...(move ? { move } : {}),
  };
  await Appointment.updateOne(sameAs(found), {
    $set: { interpreting, ...(chosen ? { interpreter: chosen._id } : {}) },
    ...(chosen ? {} : { $unset: { interpreter: 1 as const } }),
  });
}

/** The interpreter the family was told of; null: nobody. */
export function toldOf({
  interpreter,
  interpreting,
}: Pick<Appointment, 'interpreter' | 'interpreting'>): Types.ObjectId | null {
  return interpreting?.was === undefined ? (interpreter ?? null) : interpreting.was;
}

/**
 * Takes the mark away.
 * @returns false if somebody marked or changed it meanwhile
 */
async function end(
  deps: Deps,
  found: Marked,
  chosen: Interpreter | undefined,
  isTold: boolean,
): Promise<boolean> {
  const { interpreting, ...rest } = found;
  if (!isTold && (await mayGoBack(interpreting.move))) {
    // It keeps its mark, which says who the family was told of.
    const same = await Appointment.exists(sameAs(found));
    return same !== null;
  }
  const was = toldOf(found);
  const isNews = !isTold && String(was ?? '') !== String(chosen?._id ?? '') && found.from > deps.now();
  const changes = (found.entry?.changes ?? 0) + 1;
  const entry = { first: found.entry?.first ?? found._id, changes };
  if (isNews) {
    // Queued before the mark goes, under a key that names the change, so that nobody misses it or hears it twice.
    const key = `interpreter:${String(changes)}:${String(chosen?._id ?? '')}`;
    await tellHousehold(deps, { ...rest, entry }, 'changed', key, '', await sayChange(was, chosen));
  }
  const ended = await Appointment.updateOne(
    { ...sameAs(found), ...asRead({ 'entry.changes': found.entry?.changes }) },
    { $unset: { interpreting: 1 }, ...(isNews ? { $set: { entry } } : {}) },
  );
  return ended.matchedCount === 1;
}

/** Whether the move of its slot has not been told yet: the move's mail names the interpreter, or the move may be undone. */
async function mayGoBack(move: Types.ObjectId | undefined): Promise<boolean> {
  return move !== undefined && (await SlotMove.exists({ _id: move, state: { $in: UNTOLD_STATES } })) !== null;
}

/** "Ana Ruiz interprets at this meeting." */
async function sayChange(before: Types.ObjectId | null, after: Interpreter | undefined): Promise<Say> {
  if (after) return (t) => t('interpreter.joins', { name: after.name });
  const left = before && (await Interpreter.findById(before, { name: 1 }).lean());
  return (t) => t('interpreter.leaves', { name: left?.name || t('interpreter.title') });
}
