import type { Types } from 'mongoose';
import type { RosterRecord } from '../../sources/records/roster-record.js';

/** What is stored under a source's id. */
export interface KnownRecord {
  _id: Types.ObjectId;
  hash: string;
  /** Active, as opposed to transferred or archived. */
  here: boolean;
  /** Whether somebody decided that it stays although the source lacked it. */
  kept?: boolean;
  /** The fingerprint of a section's people at the source: while it is the same, the people whom the source lacks stay. */
  keptFor?: string;
  /** The run that made the document. */
  addedBy?: Types.ObjectId;
  /** How it was found by an id that is not its own: it takes the id (`matched`), or somebody merged the two (`merged`). */
  by?: 'matched' | 'merged';
  /** Whether the id is a further one of theirs, by a merge. */
  isFurther?: true;
}

export interface RecordDiff<F> {
  added: RosterRecord<F>[];
  changed: { record: RosterRecord<F>; _id: Types.ObjectId }[];
  /** Documents that were gone and are back, changed or not. */
  restored: { record: RosterRecord<F>; _id: Types.ObjectId }[];
  unchanged: number;
  /** Records of somebody whose main record is another one. */
  merged: { record: RosterRecord<F>; _id: Types.ObjectId }[];
}

/** What must be written so that the stored documents say what the source says. Every record is in exactly one of the five lists. */
export function diffRecords<F>(
  records: readonly RosterRecord<F>[],
  known: ReadonlyMap<string, KnownRecord>,
): RecordDiff<F> {
  const diff: RecordDiff<F> = { added: [], changed: [], restored: [], unchanged: 0, merged: [] };
  for (const record of records) {
    const stored = known.get(record.id);
    if (!stored) diff.added.push(record);
    else if (stored.by === 'merged') diff.merged.push({ record, _id: stored._id });
    else if (!stored.here) diff.restored.push({ record, _id: stored._id });
    else if (isChanged(record, stored)) diff.changed.push({ record, _id: stored._id });
    else diff.unchanged += 1;
  }
  return diff;
}

function isChanged<F>({ hash, keptFor }: RosterRecord<F>, stored: KnownRecord): boolean {
  return (
    stored.hash !== hash || stored.kept === true || stored.by === 'matched' || stored.keptFor !== keptFor
  );
}
