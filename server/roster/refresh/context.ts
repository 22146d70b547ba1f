import type { Account, CleverKinds } from '../../models/account.js';
import type { MatchedSchools } from '../sources/map-clever-person.js';
import type { HeldRun } from '../runs/hold-run.js';
import type { Download } from './download-district.js';
import type { Spool } from './spool.js';

/** What every part of a refresh works with. */
export interface RefreshContext {
  account: Account;
  run: HeldRun;
  spool: Spool;
  download: Download;
  kinds: CleverKinds;
  schools: MatchedSchools;
}
