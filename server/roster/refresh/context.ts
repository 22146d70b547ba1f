import type { Account, CleverKinds, EventCursor, FieldMapping } from '../../models/account.js';
import type { ContactType } from '../../models/contact.js';
import type { HeldRun } from '../runs/hold-run.js';
import type { MatchedSchools } from '../sources/map-clever-person.js';
import type { Doubts } from './list-doubts.js';
import type { Download } from './download-district.js';
import type { ListName } from './lists.js';

/** Ids in great number; a Set of texts would do. */
export interface Ids {
  add: (id: string) => unknown;
  has: (id: string) => boolean;
  readonly size: number;
}

/** Of those whom a delivery of changes names: who is in sections that it does not speak of, and which of the students it does not. */
export interface Standing {
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
  standing?: Standing;
  /** Where the district's events go on from once this delivery is taken in; absent: nowhere. */
  cursor?: EventCursor;
  /** What new documents say of where they came from. */
  source: 'clever' | 'file';
}

/** What every part of a refresh works with. */
export interface RefreshContext extends Delivery {
  account: Account;
  run: HeldRun;
  kinds: CleverKinds;
  schools: MatchedSchools;
  mapping: FieldMapping;
  /** Nobody was here before this run: there is nobody to match with. */
  isFirst: boolean;
  /** Batches are matched one after the other, so that two records never find the same contact. */
  matching: Promise<unknown>;
  /** How many people of each type were taken: if no more are here, nobody is gone. */
  taken: Record<ContactType, number>;
  /** Contacts (hex ids) that records of this run were matched with. */
  adopted: Set<string>;
  /** Who is in doubt, because somebody else came with their id or number. */
  doubts: Doubts;
  /** Ids of students who stay though the source has them no more; absent until the list of students was read. */
  staying?: Pick<Ids, 'has' | 'size'>;
}

export const LIST_OF_TYPE: Record<ContactType, 'students' | 'teachers' | 'staff' | 'contacts'> = {
  student: 'students',
  teacher: 'teachers',
  staff: 'staff',
  guardian: 'contacts',
};
