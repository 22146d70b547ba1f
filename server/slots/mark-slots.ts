import { hash } from 'node:crypto';
import type { Types } from 'mongoose';
import { SLOT_STATES, type Slot } from '../models/slot.js';

/** What a change of slots rests on: a slot as it was read. */
export type ReadSlot = Pick<Slot, '_id' | 'state' | 'message'>;

/** Longest text of marks that is read: of as many slots as one form names. */
export const MOST_MARKS = 100_000;

/** The end of an id tells the slots of a page apart. */
const ID_END = 12;
const PRINT = 5;

/** What a page shows of its slots, for its hidden field `shown`: it comes back with the form and tells what somebody else changed meanwhile. */
export function marksOf(slots: ReadSlot[]): string {
  return slots.map(markOf).join(' ');
}

function markOf(slot: ReadSlot): string {
  return `${endOf(slot._id)}${SLOT_STATES.indexOf(slot.state).toFixed()}${printOf([slot]).slice(0, PRINT)}`;
}

function endOf(id: Types.ObjectId): string {
  return id.toHexString().slice(-ID_END);
}

/** A slot that was shown otherwise than it is now; without `now` it is gone. */
export interface ChangedSlot<S> {
  was: Slot['state'];
  now?: S;
}

/**
 * Which of the selected slots are no longer as the page showed them. What the page does not say counts as unchanged.
 * @param slots those of the selected ids that there are
 */
export function findChanged<S extends ReadSlot>(
  ids: Types.ObjectId[],
  slots: S[],
  marks: string,
): ChangedSlot<S>[] {
  const shown = new Map(marks.split(' ').map((mark) => [mark.slice(0, ID_END), mark]));
  const found = new Map(slots.map((slot) => [slot._id.toHexString(), slot]));
  return ids.flatMap((id) => {
    const mark = shown.get(endOf(id));
    const was = mark && SLOT_STATES[Number(mark[ID_END])];
    if (!was) return [];
    const now = found.get(id.toHexString());
    if (now && markOf(now) === mark) return [];
    return [{ was, ...(now ? { now } : {}) }];
  });
}

/** One text for many slots as they are, whatever their order. */
export function printOf(slots: ReadSlot[]): string {
  const lines = slots.map(({ _id, state, message }) => `${_id.toHexString()} ${state} ${message}`).sort();
  return hash('sha256', lines.join('\n'), 'base64url');
}

/** Slots by what they are, for writes that carry it in their filter: a message is mostly one for many slots. */
export function groupSlots(slots: ReadSlot[]): (Omit<ReadSlot, '_id'> & { ids: Types.ObjectId[] })[] {
  const groups = new Map<string, Omit<ReadSlot, '_id'> & { ids: Types.ObjectId[] }>();
  for (const { _id, state, message } of slots) {
    const key = `${state} ${message}`;
    const group = groups.get(key) ?? { ids: [], state, message };
    group.ids.push(_id);
    groups.set(key, group);
  }
  return [...groups.values()];
}
