import type { Types } from 'mongoose';
import type { AuditChange } from '../models/audit-entry.js';
import { number } from '../web/format-count.js';

/** An audit entry names so many values before a change, and says how many more there were: it stays small, however much was changed. */
export const MOST_BEFORE = 20;
const LONGEST = 80;

/**
 * What many things were before they all became one: "visible (4), hidden (2)", the most frequent first.
 * @param befores a value for each group of things, and how many they are; those that were so already are left out
 * @returns no change where all were so already
 */
export function changeOfMany(
  field: string,
  befores: readonly (readonly [before: string | number, count: number])[],
  after: string | number,
): AuditChange[] {
  const counts = new Map<string, number>();
  for (const [before, count] of befores)
    if (before !== after && count > 0) counts.set(String(before), (counts.get(String(before)) ?? 0) + count);
  if (counts.size === 0) return [];
  const named = [...counts].sort(([, a], [, b]) => b - a);
  const texts = named
    .slice(0, MOST_BEFORE)
    .map(([value, count]) => `${value === '' ? 'nothing' : shortened(value)} (${number(count)})`);
  const more = named.length - texts.length;
  const before = `${texts.join(', ')}${more > 0 ? ` and ${number(more)} more` : ''}`;
  return [{ field, before, after }];
}

function shortened(text: string): string {
  const letters = [...text];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join('')}…` : text;
}

/** Rooms of several teachers, before and after. The entry stores the teachers' ids; their names are looked up when it is read. */
export function changesOfRooms(rooms: readonly { _id: Types.ObjectId; was: string; room: string }[]): {
  changes: AuditChange[];
  detail: { unlisted?: number };
} {
  const changed = rooms.filter(({ was, room }) => was !== room);
  const changes = changed
    .slice(0, MOST_BEFORE)
    .map(({ _id, was, room }) => ({ field: `room.${_id.toHexString()}`, before: was, after: room }));
  const unlisted = changed.length - changes.length;
  return { changes, detail: unlisted > 0 ? { unlisted } : {} };
}
