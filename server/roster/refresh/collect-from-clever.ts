import { connectAccount } from '../../clever/connect-account.js';
import type { Deps } from '../../deps.js';
import type { Account } from '../../models/account.js';
import type { HeldRun } from '../runs/hold-run.js';
import type { Delivery } from './context.js';
import { downloadDistrict } from './download-district.js';
import { IdSet } from './id-set.js';
import { listsFor } from './lists.js';
import { RefreshRefused } from './refuse-refresh.js';
import type { Spool } from './spool.js';
import { tellDistrict } from './tell-district.js';

const NOT_CONNECTED = {
  'no district': 'No Clever district is set up for this account.',
  'no credentials': 'No access to Clever is saved for this account.',
  'unreadable credentials':
    'The saved access to Clever cannot be read. Enter it again on the Clever set-up page.',
};

/**
 * Downloads what the account's district shares.
 * @throws RefreshRefused where there is no access, CleverError where nothing can be had
 */
export async function collectFromClever(
  deps: Pick<Deps, 'config' | 'log'>,
  account: Account,
  run: HeldRun,
  spool: Spool,
): Promise<Delivery> {
  const connected = connectAccount(deps, account, { signal: run.signal });
  if (!connected.ok) throw new RefreshRefused(NOT_CONNECTED[connected.reason]);
  const stale = await tellDistrict(connected.client, run);
  const lists = listsFor(account.clever?.kinds ?? NO_KINDS);
  const people = new IdSet();
  const download = await downloadDistrict(connected.client, spool, lists, run, people);
  return { download, people, source: 'clever', stale, read: (list) => spool.read(list) };
}

const NO_KINDS = { students: false, teachers: false, staff: false, contacts: false };
