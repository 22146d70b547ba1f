import { contentHash } from '../../models/content-hash.js';
import type { NoteCode } from '../../runs/log/say-note.js';

/** What a source says of one person, section, course or term, ready to be compared with what is stored. */
export interface RosterRecord<F> {
  id: string;
  fields: F;
  /** The hash of the fields: a stored record with the same one is not written. */
  hash: string;
  /** The fingerprint (`markOf`) of a section's people as it was when somebody said that the missing ones stay. */
  keptFor?: string;
  /** The fingerprint (`markOf`) of a section's people when its list came empty and all of them were found in other sections. */
  movedFor?: string;
}

/** A record, or why it is refused (a row in the run's log). */
export type Mapped<F> = { ok: true; record: RosterRecord<F> } | { ok: false; id: string; reason: NoteCode };

/** @param fields in a fixed order of keys, as the mapper writes them */
export function rosterRecord<F>(id: string, fields: F): RosterRecord<F> {
  return { id, fields, hash: contentHash(fields) };
}
