import type { Types } from 'mongoose';
import type { RosterRecord } from '../../sources/records/roster-record.js';

/** What is stored under a source's id. */
export interface KnownRecord {
  _id: Types.ObjectId;
  hash: string;
  /** Active, as against transferred or archived. */
  here: boolean;
  /** Somebody said that it stays although the source had it no more. */
  kept?: boolean;
  /** Of a section: while the source says this of its people, those whom it lacks stay. */
  keptFor?: string;
  /** The run that made the document. */
  addedBy?: Types.ObjectId;
  /** It was found by another id than its own: it is to take this one (`matched`), or somebody merged the two (`merged`). */
  by?: 'matched' | 'merged';
  /** That id is a further one of theirs, since somebody merged two. */
  isFurther?: true;
}

export interface RecordDiff<F> {
  added: RosterRecord<F>[];
  changed: { record: RosterRecord<F>; _id: Types.ObjectId }[];
  /** Were gone and are back, changed or not. */
  restored: { record: RosterRecord<F>; _id: Types.ObjectId }[];
  unchanged: number;
  /** Of somebody whose main record is another one. */
  merged: { record: RosterRecord<F>; _id: Types.ObjectId }[];
}

/** What has to be written so that the stored records say what the source says. Every record is in exactly one of the five. */
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
