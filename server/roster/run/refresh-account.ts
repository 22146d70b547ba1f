import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import type { Account } from '../../models/account.js';
import { mappingOf, type FieldMapping } from '../../models/field-mapping.js';
import { Contact, type ContactType } from '../../models/contact.js';
import { RosterRun } from '../../models/roster-run.js';
import { School } from '../../models/school.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import type { MatchedSchools } from '../../sources/records/map-clever-person.js';
import { fileSchools } from '../../sources/download/match-file-schools.js';
import { collectFromClever } from '../collect/collect-from-clever.js';
import { collectFromFiles } from '../../sources/download/collect-files.js';
import { dropCursor, saveCursor } from '../../sources/download/cursor.js';
import type { RefreshContext } from './context.js';
import type { Ids } from '../../runs/changes/id-set.js';
import { listDoubts } from '../mirror/list-doubts.js';
import { LISTS, listsFor, PEOPLE_LISTS } from '../../sources/records/lists.js';
import { sharesNothing, tellsLeavers } from '../../sources/download/download-district.js';
import { refreshMirror, type MirrorSeen } from '../mirror/refresh-mirror.js';
import { refreshPeople } from '../people/refresh-people.js';
import { RunFailed } from '../../runs/engine/run-ends.js';
import { takeLeavers, answerTies } from '../mirror/take-leavers.js';
import { Spool } from '../../sources/download/spool.js';
import { COURSES, PEOPLE, SECTIONS, TERMS } from '../mirror/stores.js';

/** The stages of a refresh, in order; none if roster files are on and nothing was uploaded for it. */
export function refreshStages({ clever, files }: Account, upload?: Types.ObjectId): string[] {
  if (files?.on && !upload) return [];
  const lists = listsFor(upload ? ALL_KINDS : (clever?.kinds ?? NO_KINDS));
  return [upload ? 'files' : 'download', ...lists.filter((name) => name !== 'schools'), 'leavers'];
}

export interface RefreshOptions {
  /** How many records the last download had; 0 if unknown. */
  expected: number;
  /** Used in place of the account's mapping. */
  mapping?: FieldMapping;
  /** The upload to read instead of Clever. */
  upload?: Types.ObjectId;
  /** Whether everything is read, though the district reports its changes. */
  full: boolean;
}

/**
 * Updates an account's people and mirror from its source: download, map, match, diff, guard, apply. A repetition changes nothing more, so a
 * run whose worker died is simply done again. A preview notes the changes instead.
 * @throws RunFailed, CleverError, and whatever ends a run
 */
export async function refreshAccount(
  deps: Pick<Deps, 'config' | 'log'>,
  account: Account,
  run: ActiveRun,
  { expected, full, mapping = mappingOf(account), upload }: RefreshOptions,
): Promise<void> {
  if (upload) return refreshFromFiles(account, run, upload);
  // There is nothing to download: the roster is that of the last imported files, and the event's update uses it.
  if (account.files?.on) return;
  const { clever } = account;
  if (!clever?.enabled) throw new RunFailed({ code: 'not enabled' });
  const schools = await matchedSchools(account);
  if (schools.size === 0) throw new RunFailed({ code: 'no school matched' });
  const spool = await Spool.open(deps.config.dataDir, run.name);
  try {
    await run.begin('download', expected);
    const rules = { kinds: clever.kinds, schools, mapping };
    const delivery = await collectFromClever(deps, account, run, spool, { ...rules, full, expected });
    // From here on the roster fits neither the old cursor nor the new one.
    if (!run.preview) await dropCursor(run);
    await takeDelivery({ ...delivery, ...(await contextOf(account, run)), ...rules });
    if (sharesNothing(delivery.download)) await noteUnshared(run);
    if (!run.preview) await saveCursor(run, delivery.cursor);
  } finally {
    await spool.wipe();
  }
}

/** Notes that a district which used to share something shares nothing now. */
async function noteUnshared(run: ActiveRun): Promise<void> {
  const had = await Contact.exists({
    account: run.account,
    source: 'clever',
    'record.id': { $type: 'string' },
  });
  if (!had) return;
  run.warn({ code: 'shares nothing' });
  await RosterRun.updateOne({ _id: run.id }, { $set: { unshared: true } });
}

const NO_KINDS = { students: false, teachers: false, staff: false, contacts: false };
const ALL_KINDS = { students: true, teachers: true, staff: true, contacts: true };

async function refreshFromFiles(account: Account, run: ActiveRun, upload: Types.ObjectId): Promise<void> {
  if (!account.files?.on || account.switching) throw new RunFailed({ code: 'other source' });
  await run.begin('files', 0);
  const delivery = await collectFromFiles(run, upload);
  const schools = await fileSchools(account._id);
  if (!run.preview) await dropCursor(run);
  await takeDelivery({ ...delivery, ...(await contextOf(account, run)), kinds: ALL_KINDS, schools });
}

async function contextOf(account: Account, run: ActiveRun) {
  const doubts = await listDoubts(account._id, run.preview ? undefined : run.now());
  return {
    account,
    run,
    mapping: mappingOf(account),
    // A contact in doubt is not matched with another record.
    matched: new Set(doubts.contacts),
    taken: { student: 0, teacher: 0, staff: 0, guardian: 0 },
    isFirst: await isFirstRefresh(run),
    matching: Promise.resolve(),
    doubts,
  };
}

async function matchedSchools(account: Account): Promise<MatchedSchools> {
  const schools = await School.find(
    { account: account._id, 'clever.id': { $type: 'string' } },
    { clever: 1 },
  ).lean();
  return new Map(schools.flatMap(({ _id, clever }) => (clever ? [[clever.id, _id] as const] : [])));
}

async function isFirstRefresh(run: ActiveRun): Promise<boolean> {
  const before = await Contact.findOne(
    { account: run.account, 'record.addedBy': { $ne: run.id } },
    { _id: 1 },
  ).lean();
  return before === null;
}

async function takeDelivery(context: RefreshContext): Promise<void> {
  const mirror = await refreshMirror(context);
  const { unmentioned } = context;
  const listed = { has: (id: string) => mirror.listed.has(id) || unmentioned?.listed.has(id) === true };
  const people = await refreshPeople(context, listed);
  await context.run.begin('leavers', 0);
  await removeFromMirror(context, mirror);
  await removePeople(context, people);
}

async function removeFromMirror(context: RefreshContext, seen: MirrorSeen): Promise<void> {
  await takeLeavers(context, 'terms', { store: TERMS, filter: {}, most: seen.terms.size }, seen.terms);
  await takeLeavers(
    context,
    'courses',
    { store: COURSES, filter: {}, most: seen.courses.size },
    seen.courses,
  );
  await takeLeavers(
    context,
    'sections',
    { store: SECTIONS, filter: {}, most: seen.sections.size },
    { has: (id) => seen.sections.has(id) || seen.spared.has(id) },
  );
  await answerTies(context, seen.sections);
}

/** Somebody is gone if they are in none of the lists; somebody with ties to students only if the guardians' list lacks them too. */
async function removePeople(context: RefreshContext, seen: Pick<Ids, 'has'>): Promise<void> {
  const { contacts } = context.download;
  const tiesKnown = contacts === undefined || tellsLeavers(contacts);
  for (const list of PEOPLE_LISTS) {
    const type = LISTS[list].kind as ContactType;
    const anyTies = tiesKnown || type === 'guardian';
    const ties = anyTies ? {} : { 'relations.0': { $exists: false } };
    // People were counted whatever their ties: for a part of them the count says nothing.
    const most = anyTies ? context.taken[type] : 0;
    await takeLeavers(context, list, { store: PEOPLE, filter: { type, ...ties }, most }, seen);
  }
}
