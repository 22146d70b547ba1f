import type { CleverObject } from '../../clever/schema.js';
import type { ListName } from '../../sources/records/lists.js';
import type { Problem } from '../../tables/problem-list.js';
import type { IdKind } from './record-id.js';

/** Facts of an object from a file for which Clever has no field, stored under the key `slotbell`. */
export interface FileExtras {
  /** For a student: the second fact by which a parent proves that a child is theirs. */
  securityValue?: string;
  /** For a teacher. */
  room?: string;
  /** For a class: further terms in which it runs. */
  otherTerms?: string[];
  /** For a class: its term or a date of it cannot be read, so the term may be another one. */
  termUnread?: true;
  /** For a class: appointments that a student may have in it (pickAtime's PTAN). */
  allowed?: number;
  /** The object only gives ties (a section's people, a guardian's children); everything else that is stored stays. */
  onlyTies?: true;
  /** The given ties are added to the stored ones, and these ids removed. Absent: the given ties are all there are. */
  tiesChange?: {
    without: string[];
    /** Whether that applies to the teachers of a class too; otherwise the given teachers are all there are. */
    teachers?: true;
  };
}

/** An object in Clever's shape, with the facts for which Clever has no field. */
export type FromFile<T extends CleverObject> = T & { slotbell?: FileExtras };

/** Receives what a reader makes. Calls come one after another; nothing counts before the reader has ended well. */
export interface RosterSink {
  /** Objects in Clever's shape. */
  write(list: ListName, objects: readonly FromFile<CleverObject>[]): Promise<void>;
  /** Ids that the files remove. */
  remove(list: ListName, ids: readonly string[]): Promise<void>;
  /** Ids of rows that were left out for a problem: neither taken nor gone. */
  leaveOut(list: ListName, ids: readonly string[]): Promise<void>;
}

/** Looks up which of some ids the account has; for files that only add and change. */
export type KnownIds = (list: ListName, ids: string[]) => Promise<Set<string>>;

/** A record that the account has from before. */
export interface StoredRecord {
  id: string;
  isActive: boolean;
  /** For a person. */
  first?: string;
  last?: string;
  /** For a student. */
  number?: string;
}

/** A stored guardian of a student. */
export interface StoredGuardian {
  id: string;
  student: string;
  name: string;
}

/** What the account has from before. */
export interface KnownRoster {
  ids: KnownIds;
  /** All records of a kind, in batches; none for kinds that no file is compared with. */
  records(list: ListName, kind: IdKind): AsyncIterable<StoredRecord[]>;
  /** The guardians of students, by their ids. */
  guardians(students: string[]): Promise<StoredGuardian[]>;
}

/** For an account that has nothing yet. */
export const NOTHING_KNOWN: KnownRoster = {
  ids: () => Promise.resolve(new Set()),

  async *records() {
    yield [];
  },
  guardians: () => Promise.resolve([]),
};

export interface FilesRead {
  /** False if a problem prevents the upload from being used. */
  ok: boolean;
  files: { name: string; bytes: number; rows: number }[];
  /** Number of objects written, by list. */
  counts: Partial<Record<ListName, number>>;
  /** Lists that such files bring, unless something is wrong. */
  expected: ListName[];
  /** Lists that hold everything, so that what is not in them is gone. */
  complete: Partial<Record<ListName, boolean>>;
  /** The first 1,000 problems. */
  problems: Problem[];
  /** How many further problems there are. */
  more: number;
}
