import { connectAccount } from '../../clever/connect-account.js';
import type { Deps } from '../../deps.js';
import type { Account } from '../../models/account.js';
import type { ContactType } from '../../models/contact.js';
import { School } from '../../models/school.js';
import type { MatchedSchools } from '../sources/map-clever-person.js';
import type { HeldRun } from '../runs/hold-run.js';
import type { RefreshContext } from './context.js';
import { downloadDistrict, tellsAll } from './download-district.js';
import { LISTS, listsFor, type ListName } from './lists.js';
import { refreshMirror, type MirrorSeen } from './refresh-mirror.js';
import { refreshPeople } from './refresh-people.js';
import { removeGone } from './remove-gone.js';
import { Spool } from './spool.js';
import { COURSES, PEOPLE, SECTIONS, TERMS } from './stores.js';

/** Why an account cannot be refreshed at all; said to a person as it is. */
export class RefreshRefused extends Error {}

const NOT_CONNECTED = {
  'no district': 'No Clever district is set up for this account.',
  'no credentials': 'No access to Clever is saved for this account.',
  'unreadable credentials':
    'The saved access to Clever cannot be read. Enter it again on the Clever set-up page.',
};

/** The stages of a refresh, in order. */
export function refreshStages(account: Account): string[] {
  const lists = account.clever ? listsFor(account.clever.kinds) : [];
  return ['download', ...lists.filter((name) => name !== 'schools'), 'leavers'];
}

/**
 * Brings an account's people and mirror to what Clever shares now: download, map, match by Clever id, diff, apply. Doing it
 * again changes nothing more, so that a run whose worker died is simply done again.
 * @param expected how many records the last download had; 0 when unknown
 * @throws RefreshRefused, CleverError, and what ends a held run
 */
export async function refreshAccount(
  deps: Pick<Deps, 'config' | 'log'>,
  account: Account,
  run: HeldRun,
  expected: number,
): Promise<void> {
  const { clever } = account;
  if (!clever?.enabled) throw new RefreshRefused('The connection to Clever is not enabled.');
  const connected = connectAccount(deps, account, { signal: run.signal });
  if (!connected.ok) throw new RefreshRefused(NOT_CONNECTED[connected.reason]);
  const schools = await matchedSchools(account);
  if (schools.size === 0) throw new RefreshRefused('No school is matched to one of Clever’s.');

  const spool = await Spool.open(deps.config.dataDir, run.name);
  try {
    await run.begin('download', expected);
    const download = await downloadDistrict(connected.client, spool, listsFor(clever.kinds), run);
    const context: RefreshContext = { account, run, spool, download, kinds: clever.kinds, schools };
    const mirror = await refreshMirror(context);
    const people = await refreshPeople(context, mirror.listed);
    await run.begin('leavers', 0);
    await removeFromMirror(context, mirror);
    await removePeople(context, people);
  } finally {
    await spool.wipe();
  }
}

async function matchedSchools(account: Account): Promise<MatchedSchools> {
  const schools = await School.find(
    { account: account._id, 'clever.id': { $type: 'string' } },
    { clever: 1 },
  ).lean();
  return new Map(schools.flatMap(({ _id, clever }) => (clever ? [[clever.id, _id] as const] : [])));
}

async function removeFromMirror({ run, download }: RefreshContext, seen: MirrorSeen): Promise<void> {
  const told = (list: ListName) => ({ ...LISTS[list], outcome: download[list], filter: {} });
  await removeGone(run, { store: TERMS, ...told('terms') }, seen.terms);
  await removeGone(run, { store: COURSES, ...told('courses') }, seen.courses);
  await removeGone(run, { store: SECTIONS, ...told('sections') }, seen.sections);
}

const TYPES: Record<ContactType, ListName> = {
  student: 'students',
  teacher: 'teachers',
  staff: 'staff',
  guardian: 'contacts',
};

/** Somebody is gone when in none of the lists; who also has ties to students only when the guardians' list says so too. */
async function removePeople({ run, download }: RefreshContext, seen: ReadonlySet<string>): Promise<void> {
  const tiesKnown = download.contacts === undefined || tellsAll(download.contacts);
  for (const [type, list] of Object.entries(TYPES)) {
    const ties = tiesKnown || type === 'guardian' ? {} : { 'relations.0': { $exists: false } };
    const filter = { type, ...ties };
    await removeGone(run, { store: PEOPLE, ...LISTS[list], outcome: download[list], filter }, seen);
  }
}
