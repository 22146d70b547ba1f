import { hash } from 'node:crypto';
import type { Types } from 'mongoose';
import { SLOT_STATES, type Slot } from '../models/slot.js';

/** The facts of a slot, as it was read, on which a change rests. */
export type ReadSlot = Pick<Slot, '_id' | 'state' | 'message'>;

/** The longest text of marks that is read; it fits as many slots as one form names. */
export const MOST_MARKS = 100_000;

/** The end of an id is enough to tell the slots of one page apart. */
const ID_END = 12;
const PRINT = 5;

/** The state of a page's slots, for its hidden field `shown`, which tells what somebody else changed meanwhile. */
export function marksOf(slots: ReadSlot[]): string {
  return slots.map(markOf).join(' ');
}

function markOf(slot: ReadSlot): string {
  return `${endOf(slot._id)}${SLOT_STATES.indexOf(slot.state).toFixed()}${printOf([slot]).slice(0, PRINT)}`;
}

function endOf(id: Types.ObjectId): string {
  return id.toHexString().slice(-ID_END);
}

/** A slot that differs from what the page showed; without `now` it is gone. */
export interface ChangedSlot<S> {
  was: Slot['state'];
  now?: S;
}

/**
 * The selected slots that no longer are as the page showed them. A slot that the page says nothing about counts as unchanged.
 * @param slots the selected slots that still exist
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

/** One text for the state of many slots, whatever their order. */
export function printOf(slots: ReadSlot[]): string {
  const lines = slots.map(({ _id, state, message }) => `${_id.toHexString()} ${state} ${message}`).sort();
  return hash('sha256', lines.join('\n'), 'base64url');
}

/** Groups slots that are equal, for writes whose filter contains that state. A message is mostly the same for many slots. */
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
