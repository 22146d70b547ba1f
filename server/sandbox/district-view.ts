import type { CleverUser } from '../clever/schema.js';
import type { AnyObject, ObjectTypes } from './generate-record.js';
import type { Kind } from './identify.js';
import type { World } from './world.js';

export interface Entry {
  kind: Kind;
  object: AnyObject;
}

/** What a district shares; `/users` is shared role by role. */
export type Sharing = 'shared' | 'empty' | '403';

/** The readable part of a district in its present state. */
export interface DistrictView {
  readonly world: World;
  /** The number of places of a kind, some of which may be empty. */
  count(kind: Kind): number;
  /** The record at a place of its kind; null if there is none. */
  at<K extends Kind>(kind: K, index: number): ObjectTypes[K] | null;
  user(id: string): CleverUser | null;
  /** Places of a kind whose records were changed, so that lists found by place alone include them. */
  changedIndexes(kind: Kind): ReadonlySet<number>;
  sharingOf(kind: Kind): Sharing;
  sharesSchool(id: string): boolean;
  readonly sharesAllSchools: boolean;
}
