import type { Account, CleverKinds } from '../../models/account.js';
import type { FieldMapping } from '../../models/field-mapping.js';
import type { ContactType } from '../../models/contact.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import type { MatchedSchools } from '../../sources/records/map-clever-person.js';
import type { Delivery } from '../../sources/download/delivery.js';
import type { Ids } from '../../runs/changes/id-set.js';
import type { Doubts } from '../mirror/list-doubts.js';

/** What every part of a refresh works with. */
export interface RefreshContext extends Delivery {
  account: Account;
  run: ActiveRun;
  kinds: CleverKinds;
  schools: MatchedSchools;
  mapping: FieldMapping;
  /** Whether nobody was here before this run, so that there is nobody to match with. */
  isFirst: boolean;
  /** Batches are matched one after another, so that two records never match the same contact. */
  matching: Promise<unknown>;
  /** How many people of each type were taken: if no more are stored, nobody is gone. */
  taken: Record<ContactType, number>;
  /** Contacts (hex ids) that records of this run were matched with. */
  matched: Set<string>;
  /** People in doubt, because somebody else came with their id or number. */
  doubts: Doubts;
  /** Ids of students who stay although the source no longer has them; absent until the list of students was read. */
  staying?: Pick<Ids, 'has' | 'size'>;
}
