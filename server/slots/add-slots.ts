import { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { duplicatesAmong } from '../models/duplicate-key.js';
import { Event } from '../models/event.js';
import { Slot } from '../models/slot.js';
import type { Actor } from '../web/actor.js';
import { addDays } from './add-day.js';
import type { SlotForm } from './generator/schema.js';
import { prepareSlots, type NotPrepared } from './prepare-slots.js';

const BATCH = 1000;

export type NewSlot = Omit<Slot, '_id' | 'minutes'>;

/**
 * Makes the slots that are missing and leaves the existing ones alone. If somebody makes slots for the same teacher at the same time, they
 * cannot overlap: the index over the slots' minutes refuses the later one, which is left out. Running it again completes a run that was cut
 * short.
 */
export async function addSlots(
  actor: Actor,
  event: Event,
  form: SlotForm,
  now: Date,
): Promise<{ ok: true; made: number; teachers: number; leftOut: number } | NotPrepared> {
  const prepared = await prepareSlots(event, form);
  if (!prepared.ok) return prepared;
  const wanted = prepared.plans.flatMap((plan): NewSlot[] =>
    [...plan.add, ...(form.elsewhere ? plan.elsewhere : [])].map(({ from, to, day }) => ({
      account: event.account,
      event: event._id,
      resource: new Types.ObjectId(plan.resource),
      from,
      to,
      day,
      breakMinutes: form.breakMinutes,
      capacity: form.capacity,
      kind: form.kind,
      state: form.state,
      message: form.message,
    })),
  );
  await addDays(event, form.days);
  const made = await insertSlots(wanted);
  if (made.length > 0) await keepZone(event);
  await keepForm(event, form);
  const teachers = new Set(made.map((slot) => slot.resource.toHexString())).size;
  await recordAudit({
    account: actor.account,
    event: event._id,
    user: actor.user,
    action: 'make slots',
    detail: {
      made: made.length,
      teachers,
      days: form.days,
      blocks: form.blocks,
      minutes: form.minutes,
    },
    at: now,
  });
  return {
    ok: true,
    made: made.length,
    teachers,
    leftOut: prepared.plans.length * prepared.times.length - made.length,
  };
}

/** The time zone may have changed while slots were made in it: it stays what their days were made by, as if they had been there before. */
async function keepZone({ _id, account, timeZone }: Event): Promise<void> {
  await Event.updateOne({ _id, account, timeZone: { $ne: timeZone } }, { $set: { timeZone } });
}

/** Stores the values for the next time the event's generator is opened. */
async function keepForm({ _id, account }: Event, form: SlotForm): Promise<void> {
  const { days, blocks, minutes, breakMinutes, capacity, kind, state, message } = form;
  const lastSlots = { days, blocks, minutes, breakMinutes, capacity, kind, state, message };
  await Event.updateOne({ _id, account }, { $set: { lastSlots } });
}

/**
 * Inserts slots and leaves out those whose time the resource already has.
 * @returns the slots that were made
 */
export async function insertSlots(wanted: NewSlot[]): Promise<NewSlot[]> {
  const refused = new Set<NewSlot>();
  for (let start = 0; start < wanted.length; start += BATCH)
    for (const slot of await insertMissing(wanted.slice(start, start + BATCH))) refused.add(slot);
  return wanted.filter((slot) => !refused.has(slot));
}

/** Inserts slots and returns those that the index refused. */
async function insertMissing(slots: NewSlot[]): Promise<NewSlot[]> {
  try {
    await Slot.insertMany(slots, { ordered: false });
    return [];
  } catch (error) {
    const refused = duplicatesAmong(error);
    if (!refused) throw error;
    return refused.flatMap((index) => slots[index] ?? []);
  }
}
