import type { Types } from 'mongoose';
import type { Slot } from '../models/slot.js';

/** A student whom a teacher can meet, with the family that would come. */
export interface Candidate {
  student: Types.ObjectId;
  class: Types.ObjectId;
  /** Key of the family. */
  family: string;
}

/** A holder of slots, with the slots in order of time and everybody who can come. */
export interface Table {
  slots: Slot[];
  candidates: Candidate[];
}

export interface Meeting extends Candidate {
  slot: Slot;
}

/**
 * Fills a part of all slots with meetings: each student meets a teacher once, nobody is in two places, and every third time stays free
 * as far as it may, so that gaps lie all over the day. The same tables give the same meetings.
 * @param part of all slots, 0 to 1
 */
export function planMeetings(tables: readonly Table[], part: number): Meeting[] {
  const wanted = Math.floor(tables.reduce((sum, { slots }) => sum + slots.length, 0) * part);
  const meetings: Meeting[] = [];
  const busy = new Set<string>();
  const open = tables.map((table, at) => ({ ...table, at, left: [...table.candidates] }));
  const take = (table: (typeof open)[number], slot: Slot) => {
    const when = slot.from.getTime();
    const next = table.left.findIndex(({ family }) => !busy.has(`${family} ${when}`));
    const [candidate] = next === -1 ? [] : table.left.splice(next, 1);
    if (!candidate || meetings.length >= wanted) return;
    busy.add(`${candidate.family} ${when}`);
    meetings.push({ ...candidate, slot });
  };
  const isSpare = (index: number, at: number) => (index * 5 + at * 7) % 3 === 0;
  for (const table of open)
    for (const [index, slot] of table.slots.entries()) if (!isSpare(index, table.at)) take(table, slot);
  // What tables with few to come leave open goes to the others, a slot each, so that none is full.
  const longest = Math.max(0, ...tables.map(({ slots }) => slots.length));
  for (let index = 0; index < longest; index++)
    for (const table of open) {
      const slot = table.slots[index];
      if (slot && isSpare(index, table.at)) take(table, slot);
    }
  return meetings;
}
