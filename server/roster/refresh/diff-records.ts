import type { Types } from 'mongoose';
import type { RosterRecord } from '../sources/roster-record.js';

/** What is stored under a source's id. */
export interface KnownRecord {
  _id: Types.ObjectId;
  hash: string;
  /** Active, as against transferred or archived. */
  here: boolean;
}

export interface RecordDiff<F> {
  added: RosterRecord<F>[];
  changed: { record: RosterRecord<F>; _id: Types.ObjectId }[];
  /** Were gone and are back, changed or not. */
  restored: { record: RosterRecord<F>; _id: Types.ObjectId }[];
  unchanged: number;
}

/** What has to be written so that the stored records say what the source says. Every record is in exactly one of the four. */
export function diffRecords<F>(
  records: readonly RosterRecord<F>[],
  known: ReadonlyMap<string, KnownRecord>,
): RecordDiff<F> {
  const diff: RecordDiff<F> = { added: [], changed: [], restored: [], unchanged: 0 };
  for (const record of records) {
    const stored = known.get(record.id);
    if (!stored) diff.added.push(record);
    else if (!stored.here) diff.restored.push({ record, _id: stored._id });
    else if (stored.hash !== record.hash) diff.changed.push({ record, _id: stored._id });
    else diff.unchanged += 1;
  }
  return diff;
}

/** The fields in which two differ, in words ("first name, students"); `after` has all fields that count. */
export function changedFields(before: object, after: object): string {
  const old = before as Record<string, unknown>;
  return Object.entries(after)
    .filter(([key, value]) => key !== 'hash' && JSON.stringify(old[key]) !== JSON.stringify(value))
    .map(([key]) => inWords(key))
    .join(', ');
}

/** `firstName` is "first name", `studentIds` "students". */
function inWords(field: string): string {
  return field.replace(/Ids$/, 's').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
