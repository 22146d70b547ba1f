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
 * Fills a part of all slots with meetings: each student meets a teacher once, nobody is in two places, and gaps lie all over the day.
 * The same tables give the same meetings.
 * @param part of all slots, 0 to 1
 */
export function planMeetings(tables: readonly Table[], part: number): Meeting[] {
  const wanted = Math.floor(tables.reduce((sum, { slots }) => sum + slots.length, 0) * part);
  const meetings: Meeting[] = [];
  const busy = new Set<string>();
  const open = tables.map((table, at) => ({
    ...table,
    at,
    taken: new Set<string>(),
    left: [...table.candidates],
  }));
  // First every third slot is left free; a second round fills of those what is wanted still.
  for (const isFirst of [true, false])
    for (const table of open)
      for (const [index, slot] of table.slots.entries()) {
        if (meetings.length >= wanted) return meetings;
        if (((index * 5 + table.at * 7) % 3 === 0) === isFirst) continue;
        const when = slot.from.getTime();
        const next = table.left.findIndex(({ family }) => !busy.has(`${family} ${when}`));
        const [candidate] = next === -1 ? [] : table.left.splice(next, 1);
        if (!candidate) continue;
        busy.add(`${candidate.family} ${when}`);
        meetings.push({ ...candidate, slot });
      }
  return meetings;
}
