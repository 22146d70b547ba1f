import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Event } from '../models/event.js';
import { Slot } from '../models/slot.js';
import { groupBy } from '../web/lists.js';
import { endLayouts, writeLayout } from './bulk/write-layout.js';
import { LOCKED } from './lock-slots.js';
import { changeOfMany } from './name-before.js';

/** What has been locked for this long was left by a process that died. */
const LOCK_MS = 5 * 60_000;
/** The most that one turn of the job gives back. */
const AT_ONCE = 1000;

/** Finishes changes of slots whose process died, and gives back what it locked and had not begun: each has the state that it had before. */
export async function unlockLeft({ now }: Pick<Deps, 'now'>): Promise<void> {
  const before = new Date(now().getTime() - LOCK_MS);
  // A row is finished before any of its slots is given back: one that is free at its old time would be in the way.
  if (!(await finishAll(now(), {}, before))) return;
  const left = await Slot.find(
    { locked: { $exists: true }, 'locked.at': { $lte: before }, 'locked.layout': { $exists: false } },
    { state: 1, locked: 1 },
  )
    .limit(AT_ONCE)
    .lean();
  for (const { _id, state, locked } of left)
    if (locked)
      await Slot.updateOne(
        { _id, state, 'locked.at': locked.at, 'locked.layout': { $exists: false } },
        { $unset: { locked: 1 }, ...(state === LOCKED ? { $set: { state: locked.was } } : {}) },
      );
}

/**
 * Finishes the changes that an event’s slots are in the middle of. Whoever is about to change its slots does this first, so that a click
 * whose process died can be repeated at once. It does no harm where that process still lives: each write is done by one of the two.
 */
export async function finishLayouts(event: Pick<Event, '_id' | 'account'>, now: Date): Promise<void> {
  await finishAll(now, { account: event.account, event: event._id }, now);
}

/** @returns whether none is left */
async function finishAll(
  now: Date,
  scope: { account?: Types.ObjectId; event?: Types.ObjectId },
  before: Date,
): Promise<boolean> {
  const isLeft = { 'locked.at': { $lte: before }, 'locked.layout': { $exists: true } };
  const leads = await Slot.find({ ...scope, locked: { $exists: true }, ...isLeft })
    .limit(AT_ONCE)
    .lean();
  for (const own of groupBy(leads, ({ locked }) => String(locked?.by)).values()) await finishChange(own, now);
  return leads.length < AT_ONCE;
}

/** @param leads the first slots of a change’s rows, as they were read */
async function finishChange(leads: Slot[], now: Date): Promise<void> {
  const [one] = leads;
  const by = one?.locked?.by;
  if (!one || !by) return;
  const event = { _id: one.event, account: one.account };
  const layouts = leads.flatMap(({ locked }) => locked?.layout ?? []);
  for (const layout of layouts) {
    const ids = layout.slots.map(({ _id }) => _id);
    const found = await Slot.find({ account: event.account, _id: { $in: ids }, 'locked.by': by }).lean();
    const own = ids.flatMap((id) => found.find(({ _id }) => _id.equals(id)) ?? []);
    await writeLayout(event, layout, own.map(asBefore), by);
  }
  const sum = (countOf: (slots: number, times: number) => number) =>
    layouts.reduce((total, { slots, times }) => total + Math.max(0, countOf(slots.length, times.length)), 0);
  const [layout] = layouts;
  const minutes = layout?.times[0] ? lengthOf(layout.times[0]) : undefined;
  const lengths = layouts.flatMap(({ slots }) => slots.map((slot) => [lengthOf(slot), 1] as const));
  await endLayouts(
    {
      ...{ _id: by, account: event.account, event: event._id, action: 'change many slots', at: now },
      ...(layout ? { user: layout.user } : {}),
      detail: {
        slots: sum((slots) => slots),
        changed: sum((slots, times) => Math.min(slots, times)),
        made: sum((slots, times) => times - slots),
        removed: sum((slots, times) => slots - times),
        ...{ minutes, ...layout?.set },
      },
      changes: minutes === undefined ? [] : changeOfMany('minutes', lengths, minutes),
    },
    leads.map(asBefore),
  );
}

const lengthOf = ({ from, to }: Pick<Slot, 'from' | 'to'>) => (+to - +from) / 60_000;

/** The slot with the state that it had before it was locked. */
function asBefore(slot: Slot): Slot {
  return Object.assign({}, slot, { state: slot.locked?.was ?? slot.state });
}
