import type { EventCursor } from '../../models/account.js';
import type { Download } from './download-district.js';
import type { Ids } from '../../runs/changes/id-set.js';
import type { ListName } from '../records/lists.js';

/** Of those whom a delivery of changes names: who is in sections that it does not speak of, and which of the students it does not. */
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
  /** Everybody who was listed; of a delivery of changes alone, all but those known not to be. */
  people: Pick<Ids, 'add' | 'has'>;
  /** Of a delivery of changes alone: the ids that do not belong here any more, by list. */
  gone?: Partial<Record<ListName, ReadonlySet<string>>>;
  /** Ids of what could not be taken for a fault of its own: it is here all the same. */
  leftOut?: Pick<Ids, 'has'>;
  /** What the source holds may be out of date: then a person looks at every removal. */
  stale?: boolean;
  /** Of a delivery of changes alone: what goes on in the part that it does not speak of. */
  unmentioned?: Unmentioned;
  /** Where the district's events go on from once this delivery is taken in; absent: nowhere. */
  cursor?: EventCursor;
  /** What new documents say of where they came from. */
  source: 'clever' | 'file';
}
