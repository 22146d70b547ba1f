import type { Collection } from './read-changes.js';

/** Where the documents of a kind lie, and what has to be known to take a change of them back. */
export interface Kind {
  collection: Collection;
  /** Where a document says which run made it. */
  addedBy: string;
  /** Where it is noted that somebody wants it to stay. */
  kept: string;
  /** The status of what is gone. */
  gone: string;
  /** By what a new document would be the same as one that is there. */
  sameBy: string[];
  /** What is stored with a document and made of the rest (to find and sort it, to tell whether it changed), and what of. */
  keysOf?: (document: never) => Record<string, string>;
  keysFrom?: string[];
  /** Where people say something about a document that a run made: one that says so is theirs. */
  decided?: string[];
  /** Where it is noted, and how, that somebody accepted what goes by the change: what it is asked of need not be asked anew. */
  accepted?: { path: string; markOf: (document: never) => string };
  /** Only lists of documents of another kind: none of its own comes in or goes. */
  isPart?: true;
}
