import { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { duplicatesAmong } from '../models/duplicate-key.js';
import type { Event } from '../models/event.js';
import { Slot } from '../models/slot.js';
import type { Actor } from '../web/actor.js';
import { prepareSlots, type NotPrepared } from './prepare-slots.js';
import type { SlotForm } from './schema.js';

const BATCH = 1000;

type NewSlot = Omit<Slot, '_id' | 'minutes'>;

/**
 * Makes the slots that are missing and touches none that are there. Somebody who makes slots for the same teacher at the
 * same time cannot cause an overlap: the index over the slots' minutes refuses whichever comes second, and it is left out.
 * A run that was cut short is completed by running it again.
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
    [...plan.add, ...(form.elsewhere ? plan.elsewhere : [])].map(({ from, to }) => ({
      account: event.account,
      event: event._id,
      resource: new Types.ObjectId(plan.resource),
      from,
      to,
      day: form.day,
      capacity: form.capacity,
      kind: form.kind,
      state: form.state,
      message: form.message,
    })),
  );
  const refused = new Set<NewSlot>();
  for (let start = 0; start < wanted.length; start += BATCH)
    for (const slot of await insertMissing(wanted.slice(start, start + BATCH))) refused.add(slot);
  const made = wanted.filter((slot) => !refused.has(slot));
  const teachers = new Set(made.map((slot) => slot.resource.toHexString())).size;
  await recordAudit({
    account: actor.account,
    event: event._id,
    user: actor.user,
    action: 'make slots',
    detail: {
      made: made.length,
      teachers,
      day: form.day,
      from: form.from,
      to: form.to,
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

/** Inserts slots and gives back those that the index refused. */
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
