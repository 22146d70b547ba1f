import { contentHash } from '../../models/content-hash.js';
import type { NoteCode } from '../../runs/log/say-note.js';

/** What a source says of one thing, ready to be compared with what is stored. */
export interface RosterRecord<F> {
  /** The source's id. */
  id: string;
  fields: F;
  /** Of the fields; a stored record with the same one is not written. */
  hash: string;
  /** Of a section: some of its people stay because somebody said so while the source says this of them (`markOf`). */
  keptFor?: string;
  /** Of a section whose list came empty: all whom it lost were found in others while its people are these (`markOf`). */
  movedFor?: string;
}

/** A record, or why it cannot be taken (a row in the run's log). */
export type Mapped<F> = { ok: true; record: RosterRecord<F> } | { ok: false; id: string; reason: NoteCode };

/** @param fields in a fixed order of keys, as the mapper writes them */
export function rosterRecord<F>(id: string, fields: F): RosterRecord<F> {
  return { id, fields, hash: contentHash(fields) };
}
