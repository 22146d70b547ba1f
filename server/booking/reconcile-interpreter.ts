import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { asRead } from '../models/as-read.js';
import { Diary } from '../models/diary.js';
import { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { Interpreter } from '../models/interpreter.js';
import { Slot } from '../models/slot.js';
import { enterTime } from './enter-time.js';
import { diaryOf, findFree, languageFor } from './find-interpreter.js';
import { findNeeds } from './find-needs.js';
import { interpreterNeeds } from './plan-needs.js';
import { tellHousehold, type Say } from './tell-household.js';

/** More changes at once than that, and the job goes on with it. */
const TRIES = 20;

/**
 * Decides who interprets a booked meeting that is marked as `interpreting`, and tells its family where that changed: whom somebody chose, else
 * who did until now, else, unless the office assigns them, anybody who is free. Their diary is entered first, one write decides, and
 * whoever does it no longer is taken out last, so that nobody is at two places and a death loses nothing. May be done twice.
 */
export async function reconcileInterpreter(deps: Deps, id: Types.ObjectId): Promise<void> {
  for (let n = 0; n < TRIES; n++) {
    const found = await Appointment.findById(id).lean();
    if (!found || !LIVING_STATES.includes(found.state)) return;
    if (!found.interpreting) return;
    const chosen = await choose(found, deps.now());
    const needs = chosen ? interpreterNeeds(await stretchesOf(found), diaryOf(chosen)) : [];
    if (await isRefused(found, needs, deps.now())) continue;
    if (String(found.interpreter) !== String(chosen?._id) || found.interpreting.was) {
      // Gone through once more, as somebody who decided at the same moment may have taken it out again.
      await decide(deps, found, chosen);
      continue;
    }
    await leaveOthers(found);
    if (await endMark(found)) return;
  }
}

/** @returns false where somebody marked it anew meanwhile */
async function endMark({ _id, interpreter, interpreting }: Appointment): Promise<boolean> {
  const ended = await Appointment.updateOne(
    { _id, ...asRead({ interpreter, 'interpreting.to': interpreting?.to, 'interpreting.was': undefined }) },
    { $unset: { interpreting: 1 } },
  );
  return ended.matchedCount === 1;
}

async function isRefused(
  { _id, account }: Appointment,
  needs: ReturnType<typeof interpreterNeeds>,
  now: Date,
): Promise<boolean> {
  for (const need of needs) if (await enterTime({ _id, account }, need, now)) return true;
  return false;
}

/** The slots of a meeting by time, of a longer one through its breaks. */
function stretchesOf(appointment: Appointment): Promise<Slot[]> {
  return Slot.find({ _id: { $in: slotsOf(appointment) } })
    .sort({ from: 1 })
    .lean();
}

async function choose(found: Appointment, now: Date): Promise<Interpreter | undefined> {
  const [event, household, slots] = await Promise.all([
    Event.findById(found.event).lean(),
    Household.findById(found.household).lean(),
    stretchesOf(found),
  ]);
  const language = event && household && languageFor(event, household);
  if (!language) return undefined;
  const prefer = [found.interpreting?.to, found.interpreter];
  const free = await findFree(event, language, slots, { me: found, prefer, now });
  const isKnown = ({ _id }: Interpreter) => prefer.some((id) => id?.equals(_id));
  return event.interpreting?.byHand ? free.find(isKnown) : free[0];
}

/** Writes it, where nothing of it changed meanwhile. */
async function decide(deps: Deps, found: Appointment, chosen: Interpreter | undefined): Promise<void> {
  const { interpreting, ...before } = found;
  const known = before.interpreter ?? interpreting?.was;
  const isNews = String(known ?? '') !== String(chosen?._id ?? '');
  const entry = { first: before.entry?.first ?? before._id, changes: (before.entry?.changes ?? 0) + 1 };
  if (isNews && before.from > deps.now()) {
    const { interpreter: _, ...rest } = before;
    const after = { ...rest, entry, ...(chosen ? { interpreter: chosen._id } : {}) };
    // First, and by a key that names the change, so that nobody misses it or hears it twice.
    await tellHousehold(
      deps,
      after,
      'changed',
      `interpreter:${entry.changes}`,
      '',
      await sayChange(known, chosen),
    );
  }
  await Appointment.updateOne(
    {
      _id: before._id,
      state: { $in: LIVING_STATES },
      from: before.from,
      ...asRead({
        interpreter: before.interpreter,
        'interpreting.to': interpreting?.to,
        'entry.changes': before.entry?.changes,
      }),
      interpreting: { $exists: true },
    },
    {
      $set: {
        ...(chosen ? { interpreter: chosen._id } : {}),
        // It stays marked until nobody else has it in their diary.
        interpreting: chosen ? { to: chosen._id } : {},
        ...(isNews ? { entry } : {}),
      },
      ...(chosen ? {} : { $unset: { interpreter: 1 } }),
    },
  );
}

/** "Ana Ruiz interprets at this meeting." */
async function sayChange(before: Types.ObjectId | undefined, after: Interpreter | undefined): Promise<Say> {
  if (after) return (t) => t('interpreter.joins', { name: after.name });
  const left = before && (await Interpreter.findById(before, { name: 1 }).lean());
  return (t) => t('interpreter.leaves', { name: left?.name ?? t('interpreter.title') });
}

/** Takes the meeting out of the diaries of interpreters who aren't at it. */
async function leaveOthers(found: Appointment): Promise<void> {
  const { _id, event, account } = found;
  const [[slot], all, entered] = await Promise.all([
    stretchesOf(found),
    Interpreter.find({ event, account }, { contact: 1 }).lean(),
    Diary.find({ 'busy.appointment': _id }, { _id: 1 }).lean(),
  ]);
  if (!slot) return;
  // A teacher who interprets elsewhere is at their own meetings all the same.
  const there = new Set(
    (await findNeeds(found, slot)).flatMap((need) => (need.kind === 'diary' ? String(need.person) : [])),
  );
  const away = new Set(all.map((one) => String(diaryOf(one))).filter((person) => !there.has(person)));
  const left = entered.filter((diary) => away.has(diary._id.slice(0, diary._id.indexOf(':'))));
  if (left.length > 0)
    await Diary.updateMany(
      { _id: { $in: left.map((diary) => diary._id) } },
      { $pull: { busy: { appointment: _id } } },
    );
}
