import type { Types } from 'mongoose';
import type { Slot } from '../models/slot.js';

/** A student whom a teacher can meet, and the family that would come. */
export interface Candidate {
  student: Types.ObjectId;
  class: Types.ObjectId;
  /** The family's key. */
  family: string;
}

/** A teacher's slots by time, and everybody who can come. */
export interface Table {
  slots: Slot[];
  candidates: Candidate[];
}

export interface Meeting extends Candidate {
  slot: Slot;
}

/**
 * Fills a part of all slots with meetings: each student meets a teacher once, nobody is in two places, and about every third time stays
 * free, so that gaps spread over the day. The same input gives the same meetings.
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
  // Slots that teachers with few candidates leave free are replaced by others' slots, one from each teacher, so that nobody is full.
  const longest = Math.max(0, ...tables.map(({ slots }) => slots.length));
  for (let index = 0; index < longest; index++)
    for (const table of open) {
      const slot = table.slots[index];
      if (slot && isSpare(index, table.at)) take(table, slot);
    }
  return meetings;
}
