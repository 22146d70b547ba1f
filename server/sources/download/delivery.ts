import type { EventCursor } from '../../models/account.js';
import type { Download } from './download-district.js';
import type { Ids } from '../../runs/changes/id-set.js';
import type { ListName } from '../records/lists.js';

/** Questions about the people in a delivery of changes: who is in sections that it leaves out, and which students it leaves out. */
export interface Unmentioned {
  listed: ReadonlySet<string>;
  students: ReadonlySet<string>;
}

/** What a source delivered for a refresh, list by list, in Clever's shape. */
export interface Delivery {
  /** How the reading of each list ended. */
  download: Download;
  /** A list's objects in batches; nothing where there are none. */
  read: <T>(list: ListName) => AsyncGenerator<T[], void, undefined>;
  /** Everybody who is listed; for a delivery of changes, everybody but those known not to be. */
  people: Pick<Ids, 'add' | 'has'>;
  /** For a delivery of changes: the ids that no longer belong here, by list. */
  gone?: Partial<Record<ListName, ReadonlySet<string>>>;
  /** Ids of records that were refused for a fault of their own: they count as here. */
  leftOut?: Pick<Ids, 'has'>;
  /** Whether the source may be out of date: then a person looks at every removal. */
  stale?: boolean;
  /** For a delivery of changes: answers about the part that it does not mention. */
  unmentioned?: Unmentioned;
  /** Where the district's events continue once this delivery is applied; absent if nowhere. */
  cursor?: EventCursor;
  /** What new documents store as their origin. */
  source: 'clever' | 'file';
}
