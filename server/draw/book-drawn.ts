import { Types } from 'mongoose';
import { confirmAppointment } from '../booking/confirm-appointment.js';
import { holdSlot } from '../booking/hold-slot.js';
import type { Deps } from '../deps.js';
import { Draw } from '../models/draw.js';
import { Appointment } from '../models/appointment.js';
import { DrawEntry, type DrawOutcome, type DrawWish } from '../models/draw-entry.js';
import { Event } from '../models/event.js';
import { eachOf } from '../web/each-of.js';
import { closeWishes, type DrawList } from './close-wishes.js';
import { lineOf } from './draw-wishes.js';
import { endCanceled } from './end-canceled.js';
import { findParties, isChanging } from './find-acting.js';
import { unpack } from './find-draw.js';
import type { DrawKeys } from './read-input.js';
import { tellDrawn } from './tell-drawn.js';

/**
 * Draws every round whose wishes are closed, books what was drawn, and ends canceled rounds. It may die at any step and be repeated, also
 * by two at once: one write decides the result, each booking has its own key, and each mail is queued once.
 */
export async function runDraws(deps: Deps, stopping: AbortSignal): Promise<void> {
  await showRounds();
  const due = await Draw.find(
    {
      $or: [
        { state: { $in: ['booking', 'canceled'] } },
        { state: 'collecting', until: { $lte: deps.now() } },
      ],
    },
    { list: 0, share: 0, keys: 0 },
  ).lean();
  await eachOf(due, stopping, (draw) => runDraw(deps, draw, stopping));
}

/** Gives events the copy of their round's times by which they show it: a death between two writes leaves it out. */
async function showRounds(): Promise<void> {
  for (const { event, from, until } of await Draw.find(
    { state: 'collecting' },
    { event: 1, from: 1, until: 1 },
  ).lean())
    await Event.updateOne({ _id: event, draw: { $exists: false } }, { $set: { draw: { from, until } } });
}

async function runDraw(deps: Deps, draw: Draw, stopping: AbortSignal): Promise<void> {
  if (draw.state === 'canceled') return endCanceled(deps, draw, stopping);
  const event = await findActive(draw);
  if (!event) return;
  if (draw.state === 'collecting') await closeWishes(deps, draw, event);
  const closed = await Draw.findOne({ _id: draw._id, state: 'booking' }).lean();
  if (!closed?.list || !closed.keys) return;
  const { drawn, input, turns } = JSON.parse(String(await unpack(closed.list))) as DrawList;
  const keys = JSON.parse(String(await unpack(closed.keys))) as DrawKeys;
  const entries = await DrawEntry.find({ draw: draw._id }).lean();
  // In the order of the draw; families without a turn come last.
  const turn = new Map(drawn.map(({ code }, index) => [code, index]));
  const placeOf = ({ code }: DrawEntry) => turn.get(code) ?? drawn.length;
  const times = keys.slots.flatMap((id, n): DrawnTime[] => {
    const slot = input.slots[n];
    return slot ? [{ _id: new Types.ObjectId(id), from: new Date(slot.from) }] : [];
  });
  // Times that somebody drew go to nobody else.
  const spare = new Set(keys.slots.keys());
  for (const one of drawn) for (const slot of one.got) if (slot !== null) spare.delete(slot);
  const left = entries.filter(({ outcome }) => !outcome).sort((a, b) => placeOf(a) - placeOf(b));
  // A family that fails delays no other, because each result is decided already.
  await eachOf(left, stopping, async (entry) => {
    // Read for each family: while thousands of meetings are booked, the event may be archived or its rules may change.
    const now = await findActive(draw);
    if (!now) return;
    const got = drawn[placeOf(entry)]?.got ?? [];
    const family = input.families.find(({ code }) => code === entry.code);
    const about = family && {
      line: lineOf(input, family, got),
      turn: { place: turns.indexOf(family.turn) + 1, of: turns.length },
    };
    const others = family?.wishes.map(({ slots }) => slots.filter((slot) => spare.has(slot)));
    await finishEntry(deps, now, entry, { got, others, keys, times, about });
  });
  // A family whose adults were joining or leaving another household, or that went to another, is finished in the next run.
  if (await DrawEntry.exists({ draw: draw._id, outcome: { $exists: false } })) return;
  await Draw.updateOne({ _id: draw._id, state: 'booking' }, { $set: { state: 'done' }, $unset: { keys: 1 } });
}

/** The event, unless it is archived, for which a draw waits, or deleted, with which everything is deleted. */
async function findActive({ event }: Draw): Promise<Event | undefined> {
  return (await Event.findOne({ _id: event, status: 'active' }).lean()) ?? undefined;
}

/** A slot as it was drawn: one that was moved since is another time, for which nobody asked. */
interface DrawnTime {
  _id: Types.ObjectId;
  from: Date;
}

interface Result {
  got: (number | null)[];
  /** The further times of each wish that nobody drew, in its order. */
  others: number[][] | undefined;
  keys: DrawKeys;
  /** The times of the draw, by number. */
  times: DrawnTime[];
  /** Absent for an entry that was not part of the draw. */
  about: Required<Pick<DrawEntry, 'line' | 'turn'>> | undefined;
}

async function finishEntry(
  deps: Deps,
  event: Event,
  { _id }: DrawEntry,
  { got, others, keys, times, about }: Result,
): Promise<void> {
  // Read again: it may have gone to another household while others were booked.
  const entry = await DrawEntry.findOne({ _id, outcome: { $exists: false } }).lean();
  if (!entry || (await isChanging(entry))) return;
  // The wishes as they were when the round closed count.
  const wishes = (keys.wishes[entry.code] ?? []).map(asStored);
  const slots = wishes.map((_, wish) => {
    const first = got[wish] ?? null;
    return first === null ? [] : [first, ...(others?.[wish] ?? [])].flatMap((n) => times[n] ?? []);
  });
  const outcome: DrawOutcome[] = wishes.map(() => ({}));
  // Read again: nothing more is booked for somebody who was blocked since, and whoever left with a child gets that child's meetings.
  for (const { acting, places } of await findParties(entry, wishes)) {
    const part = Object.assign({}, entry, {
      ...{ household: acting.household._id, user: acting.user },
      wishes: places.flatMap((n) => wishes[n] ?? []),
    });
    const theirs = places.map((n) => slots[n] ?? []);
    const booked = await bookEntry(deps, event, part, theirs);
    places.forEach((n, at) => (outcome[n] = booked[at] ?? {}));
    await tellDrawn(deps, part, booked, acting);
  }
  await DrawEntry.updateOne(
    { _id, household: entry.household, outcome: { $exists: false } },
    { $set: { outcome, wishes, ...about } },
  );
}

/**
 * Books by the rules of any booking: what they refuse is not booked, and the rest is. A draw does not consider interpreters: if none is
 * free at the drawn time, the first suitable further time of the wish is booked.
 * @param slots for each wish the drawn time, then the further ones in its order
 */
async function bookEntry(
  deps: Deps,
  event: Event,
  { draw, household, user, wishes }: DrawEntry,
  slots: DrawnTime[][],
): Promise<DrawOutcome[]> {
  const outcome: DrawOutcome[] = [];
  for (const [n, { students }] of wishes.entries()) {
    const times = (slots[n] ?? []).slice(0, MOST_TIMES);
    outcome.push(await bookFirst(deps, event, { draw, household, user }, { times, students }));
  }
  return outcome;
}

async function bookFirst(
  deps: Deps,
  event: Event,
  family: Pick<DrawEntry, 'draw' | 'household' | 'user'>,
  { times, students }: { times: DrawnTime[]; students: Types.ObjectId[] },
): Promise<DrawOutcome> {
  const ids = times.map(({ _id }) => _id);
  const [drawn] = ids;
  if (!drawn) return {};
  // A meeting that was booked before a death may have been canceled or moved since: it is not booked again.
  const before = await Appointment.findOne(
    {
      ...{ household: family.household, slot: { $in: ids }, draw: family.draw, students: { $all: students } },
      state: { $nin: ['pending', 'expired'] },
    },
    { slot: 1 },
  ).lean();
  if (before) return outcomeOf(drawn, before.slot, before._id);
  for (const { _id: slot, from } of times) {
    const appointment = await bookWish(deps, event, family, { slot, from, students });
    if (appointment === 'interpreter busy') continue;
    if (appointment) return outcomeOf(drawn, slot, appointment);
    // Further times are only for a missing interpreter.
    if (slot === drawn) break;
  }
  return { slot: drawn };
}

function outcomeOf(drawn: Types.ObjectId, slot: Types.ObjectId, appointment: Types.ObjectId): DrawOutcome {
  return { slot, appointment, ...(slot.equals(drawn) ? {} : { instead: true }) };
}

/** How many times of a wish are tried. */
const MOST_TIMES = 40;

/** How often a time is held again because its hold ran out while the process was dead. */
const TRIES = 3;

async function bookWish(
  deps: Deps,
  event: Event,
  { draw, household, user }: Pick<DrawEntry, 'draw' | 'household' | 'user'>,
  about: { slot: Types.ObjectId; from: Date; students: Types.ObjectId[] },
): Promise<Types.ObjectId | 'interpreter busy' | undefined> {
  const ask = { event, household, user, by: 'household' as const };
  for (let n = 0; n < TRIES; n++) {
    const key = `draw${String(draw)}${n}`;
    const held = await holdSlot(deps, { ...ask, ...about, key, draw });
    const booked = held.ok
      ? await confirmAppointment(deps, { ...ask, appointment: held.appointment._id, note: '' })
      : held;
    if (booked.ok) return booked.appointment._id;
    if (booked.reason === 'interpreter busy') return booked.reason;
    if (booked.reason !== 'hold ended') return undefined;
  }
  return undefined;
}

/** A wish as it is stored, from the JSON of a closed round. */
function asStored({ students, resource, slots, froms, any }: DrawWish): DrawWish {
  const id = (value: unknown) => new Types.ObjectId(String(value));
  return {
    ...{ students: students.map(id), resource: id(resource), slots: slots.map(id) },
    ...(froms ? { froms: froms.map((at) => new Date(at)) } : {}),
    any,
  };
}
