import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { inSlots } from '../models/appointment-slots.js';
import { asRead } from '../models/as-read.js';
import { Diary } from '../models/diary.js';
import { Resource } from '../models/resource.js';
import { holdersOf, Slot } from '../models/slot.js';
import { enterTime } from '../claims/enter-time.js';
import { LONGEST_BREAK } from '../claims/find-following.js';
import { findSlots } from './find-slots.js';
import { findNeeds } from './find-needs.js';
import { contactsOf, HOLDER, sitBeside } from '../claims/find-sitting.js';
import { splitInterpreters } from './leave-interpreters.js';
import { markAgain } from './reconcile-interpreter.js';
import { tellHousehold, type Say } from '../meetings/tell-household.js';

/** Somebody who could not join a meeting because they have another one then. */
export interface NotFree {
  holder: Types.ObjectId;
  at: Date;
}

/**
 * Brings the diaries of what is booked or held in a slot in line with who sits there. Whoever changes who sits there marks the slot
 * `unsettled`, writes the change, and calls this; a job does it after a death. Somebody who has another meeting by then is taken out again,
 * so that nobody is in two places. May be repeated.
 * No booking is missed: one from before the change is found here, and one that is confirmed later reads the slot again.
 */
export async function reconcileSlot(deps: Deps, id: Types.ObjectId): Promise<NotFree[]> {
  const notFree: NotFree[] = [];
  let entered: Slot;
  for (;;) {
    const slot = await Slot.findById(id).lean();
    if (!slot) return notFree;
    entered = slot;
    const refused = await enterAll(slot, deps.now());
    if (!refused) break;
    notFree.push(refused);
    await takeOut(slot, refused.holder, deps.now());
  }
  const slot = await Slot.findById(id).lean();
  if (!slot) return notFree;
  await tellAll(deps, slot);
  // Only if nobody changed or moved the slot meanwhile; otherwise that change, or the job, settles it.
  const { with: sat, from, to } = entered;
  await Slot.updateOne({ _id: id, ...asRead({ with: sat, from, to }) }, { $unset: { unsettled: 1 } });
  return notFree;
}

/** Settles the slots that a dead process left. */
export async function reconcileSlots(deps: Deps, stopping: AbortSignal): Promise<void> {
  const left = await Slot.find({ unsettled: true }, { _id: 1 }).limit(1000).lean();
  for (const { _id } of left) {
    if (stopping.aborted) return;
    await reconcileSlot(deps, _id);
  }
}

/** A filter for a holder's slots to come: its own, and those of others in which it sits. */
export const slotsWith = (
  { _id, account, event }: Pick<Resource, '_id' | 'account' | 'event'>,
  now: Date,
) => ({
  ...{ account, event, to: { $gt: now } },
  $or: [{ resource: _id }, { with: { $eq: _id, $exists: true } }],
});

async function enterAll(slot: Slot, now: Date): Promise<NotFree | undefined> {
  const here = await Appointment.find({
    ...inSlots([slot._id]),
    state: { $in: ['pending', ...LIVING_STATES] },
  }).lean();
  for (const appointment of here) {
    const all = appointment.more ? await findSlots(appointment) : [slot];
    for (const [index, one] of all.entries()) {
      const lead = leadBetween(all[index - 1], one);
      const needs = (await findNeeds(appointment, one, lead)).filter((need) => need.kind === 'diary');
      for (const need of needs)
        // Interpreters don't depend on who sits there.
        if (need.shared && need.refusal !== 'interpreter busy' && (await enterTime(appointment, need, now))) {
          const holder = await holderOf(slot, need.person);
          // A conflict of the slot's own teacher is known already.
          if (holder) return { holder, at: appointment.from };
        }
      await leaveOthers(
        appointment,
        one._id,
        needs.map(({ person }) => person.toHexString()),
      );
    }
  }
  return undefined;
}

/**
 * Tells families who joins and who leaves, and writes it in their appointments after the mail is queued. The mail's key names the change,
 * so that nobody misses it or hears it twice. Nobody is told about a hold.
 */
async function tellAll(deps: Deps, slot: Slot): Promise<void> {
  const here = await Appointment.find({
    ...inSlots([slot._id]),
    state: { $in: ['pending', ...LIVING_STATES] },
  }).lean();
  for (const { with: before, ...appointment } of here) {
    const after = appointment.more ? sitBeside(await findSlots(appointment)) : (slot.with ?? []);
    if (String(before ?? []) === String(after)) continue;
    const sits = after.length > 0 ? { with: after } : {};
    const same = { _id: appointment._id, slot: appointment.slot, state: appointment.state };
    const change = after.length > 0 ? { $set: sits } : { $unset: { with: 1 as const } };
    if (appointment.state === 'pending') {
      await Appointment.updateOne(same, change);
      continue;
    }
    const { entry } = appointment;
    const next = { first: entry?.first ?? appointment._id, changes: (entry?.changes ?? 0) + 1 };
    if (appointment.from > deps.now())
      await tellHousehold(
        deps,
        { ...appointment, ...sits, entry: next },
        'changed',
        `team:${next.changes}`,
        '',
        await sayTeam(before ?? [], after),
      );
    await Appointment.updateOne(
      { ...same, ...asRead({ 'entry.changes': entry?.changes }) },
      { ...change, $set: { ...sits, entry: next } },
    );
  }
}

/** How long before a slot of a longer meeting its previous slot ends. */
function leadBetween(before: Pick<Slot, 'to'> | undefined, slot: Slot): number {
  const lead = before ? slot.from.getTime() - before.to.getTime() : 0;
  // A longer break means that one of the two has moved already and the other one follows.
  return lead <= LONGEST_BREAK * 60_000 ? lead : 0;
}

/** "Mr. Park joins this meeting. Ms. Cohen no longer takes part in this meeting." */
async function sayTeam(before: Types.ObjectId[], after: Types.ObjectId[]): Promise<Say> {
  const found = await Resource.find({ _id: { $in: [...before, ...after] } }, { name: 1 })
    .sort({ sortKey: 1 })
    .lean();
  const isIn = (list: Types.ObjectId[], id: Types.ObjectId) => list.some((one) => one.equals(id));
  const joining = found.filter(({ _id }) => !isIn(before, _id));
  const leaving = found.filter(({ _id }) => !isIn(after, _id));
  return (t) =>
    [
      ...joining.map(({ name }) => t('mails.joins', { teacher: name })),
      ...leaving.map(({ name }) => t('mails.leaves', { teacher: name })),
    ].join(' ');
}

/** The holder of a slot that a diary's owner is, or is tied to; the last one first. */
async function holderOf(slot: Slot, person: Types.ObjectId): Promise<Types.ObjectId | undefined> {
  const holders = await Resource.find({ _id: { $in: holdersOf(slot) } }, HOLDER).lean();
  const found = holders.find((one) => [one._id, ...contactsOf(one)].some((id) => id.equals(person)));
  if (found?._id.equals(slot.resource)) return found.byHand?.staff?.equals(person) ? found._id : undefined;
  return found?._id ?? slot.with?.at(-1);
}

/** Takes a holder out of a slot. Somebody who leaves what was made by hand leaves all its slots, which are unsettled first. */
async function takeOut(slot: Slot, holder: Types.ObjectId, now: Date): Promise<void> {
  if (holder.equals(slot.resource)) {
    const { account, event } = slot;
    await Slot.updateMany(slotsWith({ _id: holder, account, event }, now), { $set: { unsettled: true } });
    await Resource.updateOne(
      { _id: holder, 'byHand.kind': { $exists: true } },
      { $unset: { 'byHand.staff': 1 } },
    );
  } else await Slot.updateOne({ _id: slot._id }, { $pull: { with: holder } });
}

/**
 * Takes a slot of a meeting out of the diaries of everybody who does not sit in it. Interpreters are left alone, because one may have been
 * chosen since the meeting was read: only `reconcile-interpreter.ts` takes them out, and a teacher who interprets is looked at again.
 */
async function leaveOthers(appointment: Appointment, slot: Types.ObjectId, people: string[]): Promise<void> {
  const diaries = await Diary.find({ 'busy.appointment': appointment._id }, { _id: 1 }).lean();
  const theirs = diaries.map(({ _id }) => _id).filter((id) => !people.includes(id.slice(0, id.indexOf(':'))));
  if (theirs.length === 0) return;
  const { others, isShared } = await splitInterpreters(appointment, theirs);
  const entry = { appointment: appointment._id, slot };
  await Diary.updateMany({ _id: { $in: others } }, { $pull: { busy: entry } });
  if (isShared) await markAgain(appointment._id);
}
