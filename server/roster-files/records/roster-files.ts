import type { CleverObject } from '../../clever/schema.js';
import type { ListName } from '../../sources/records/lists.js';
import type { Problem } from '../../tables/problem-list.js';
import type { IdKind } from './record-id.js';

/** What stands beside Clever's fields, under the key `slotbell`, on an object that came from a file. */
export interface FileExtras {
  /** Of a student: the second fact by which a parent proves a child theirs. */
  securityValue?: string;
  /** Of a teacher. */
  room?: string;
  /** Of a class: further terms in which it runs, beside its own. */
  otherTerms?: string[];
  /** Of a class: what stands for its term or a date of it cannot be read, so that it may be another one than told. */
  termUnread?: true;
  /** Of a class: appointments a student may have in it (pickAtime's PTAN). */
  allowed?: number;
  /** The object tells its ties alone (a section's people, a guardian's children); all else that is known of it stays. */
  onlyTies?: true;
  /** The ties told are added to those known, and these ids are taken away. Absent: the ties told are all there are. */
  tiesChange?: {
    without: string[];
    /** So are the teachers told of a class; else they are all there are. */
    teachers?: true;
  };
}

/** An object in Clever's shape, with what Clever has no place for. */
export type FromFile<T extends CleverObject> = T & { slotbell?: FileExtras };

/** Where a reader puts what it made. Calls come one after the other; nothing counts before the reader has ended well. */
export interface RosterSink {
  /** Objects in Clever's shape. */
  write(list: ListName, objects: readonly FromFile<CleverObject>[]): Promise<void>;
  /** Ids that the files say are to be removed. */
  remove(list: ListName, ids: readonly string[]): Promise<void>;
  /** Ids of rows that were left out for a problem: here, but not taken, so not gone either. */
  leaveOut(list: ListName, ids: readonly string[]): Promise<void>;
}

/** Tells which of some ids the account knows already; for files that only add and change. */
export type KnownIds = (list: ListName, ids: string[]) => Promise<Set<string>>;

/** A record that the account has from before. */
export interface StoredRecord {
  id: string;
  isActive: boolean;
  /** Of a person. */
  first?: string;
  last?: string;
  /** Of a student. */
  number?: string;
}

/** A guardian of a student, as stored. */
export interface StoredGuardian {
  id: string;
  student: string;
  name: string;
}

/** What the account has from before. */
export interface KnownRoster {
  ids: KnownIds;
  /** All records with ids of a kind, in batches; none of what no file is held against. */
  records(list: ListName, kind: IdKind): AsyncIterable<StoredRecord[]>;
  /** Of students, by their ids. */
  guardians(students: string[]): Promise<StoredGuardian[]>;
}

/** An account that has nothing yet. */
export const NOTHING_KNOWN: KnownRoster = {
  ids: () => Promise.resolve(new Set()),

  async *records() {
    yield [];
  },
  guardians: () => Promise.resolve([]),
};

export interface FilesRead {
  /** False: something is fatally wrong, and nothing of it may be used. */
  ok: boolean;
  files: { name: string; bytes: number; rows: number }[];
  /** Objects written, by list. */
  counts: Partial<Record<ListName, number>>;
  /** Lists of which such files bring something, unless something is wrong. */
  expected: ListName[];
  /** Lists that hold all there is, so that what is not in them is gone. */
  complete: Partial<Record<ListName, boolean>>;
  /** The first 1,000. */
  problems: Problem[];
  /** Problems beyond those. */
  more: number;
}
