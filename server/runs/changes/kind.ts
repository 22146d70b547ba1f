import type { Collection } from './read-changes.js';

/** Where the documents of a kind lie, and what taking back a change of them needs to know. */
export interface Kind {
  collection: Collection;
  /** The field that names the run that added a document. */
  addedBy: string;
  /** The field that says somebody wants the document to stay. */
  kept: string;
  /** The status of a document that is gone. */
  gone: string;
  /** The fields by which a new document is the same as an existing one. */
  sameBy: string[];
  /** The fields stored with a document to find, sort or compare it, made from its other fields, which are named here. */
  keysOf?: (document: never) => Record<string, string>;
  keysFrom?: string[];
  /** The fields in which people decide about a document that a run added: one that has any of them belongs to people. */
  decided?: string[];
  /** The field that notes that somebody accepted a removal, and its value: a question about the same is not asked again. */
  accepted?: { path: string; markOf: (document: never) => string };
  /** A kind that is only lists within documents of another kind: no document of its own is added or removed. */
  isPart?: true;
}
