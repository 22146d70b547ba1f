import type { CleverClient } from '../../clever/client.js';
import { CleverError } from '../../clever/explain-failure.js';
import type { CleverUser } from '../../clever/schema.js';
import type { CleverKinds, EventCursor } from '../../models/account.js';
import type { FullWhy } from '../../models/roster-run.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { mapCleverSection } from '../../sources/records/map-clever-class.js';
import { askUsers } from '../../sources/download/ask-users.js';
import type { Delivery } from '../../sources/download/delivery.js';
import type { Download } from '../../sources/download/download-district.js';
import { findAffected } from './find-affected.js';
import { guardDelta } from './guard-delta.js';
import type { Scope } from './judge-delta.js';
import {
  LISTS,
  listsFor,
  PEOPLE_LISTS,
  type ListName,
  type PeopleList,
} from '../../sources/records/lists.js';
import { NotByEvents, readEvents, type Changes } from '../../sources/download/read-events.js';
import type { Spool } from '../../sources/download/spool.js';

/** The most events that are kept in memory. */
const MOST_EVENTS = 20_000;

export type DeltaCollected = { ok: true; delivery: Delivery; events: number } | { ok: false; why: FullWhy };

/**
 * Collects what a district's events say since the cursor, as a delivery of changes alone. Its outcome is that of reading everything; where
 * that cannot be, nothing is written to the spool.
 * @param most how many records a full download would read; if there are more events, everything is read. 0 if unknown
 * @returns why everything has to be read
 */
export async function collectDelta(
  client: CleverClient,
  scope: Scope,
  run: ActiveRun,
  spool: Spool,
  { cursor, most }: { cursor: EventCursor; most: number },
): Promise<DeltaCollected> {
  try {
    const changes = await readEvents(client, cursor.event, {
      run,
      schools: scope.schools,
      most: Math.min(MOST_EVENTS, most || MOST_EVENTS),
    });
    const ask = askUsers(client, changes, run);
    const withContacts = scope.kinds.contacts && !cursor.silent.includes('contacts');
    const { gone: people, unmentioned } = await findAffected(scope, changes, ask, withContacts);
    const gone = goneOf(scope, changes, people);
    await guardDelta(run.account, gone);
    const download = await writeDelta(scope, run, spool, changes, cursor.silent);
    const { newest: event, events } = changes;
    const next = { ...cursor, event, at: run.now() };
    const listed = listedIn(scope.kinds, changes);
    const read: Delivery['read'] = (list) => spool.read(list);
    const delivery = {
      download,
      people: listed,
      source: 'clever' as const,
      read,
      gone,
      unmentioned,
      cursor: next,
    };
    return { ok: true, delivery, events };
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof NotByEvents) return { ok: false, why: error.why };
    if (!(error instanceof CleverError) || error.kind === 'unauthorized') throw error;
    if (error.kind === 'bad-request') return { ok: false, why: { code: 'event forgotten' } };
    if (error.kind === 'forbidden' || error.kind === 'not-found')
      return { ok: false, why: { code: 'no events' } };
    return { ok: false, why: { code: 'events broke off', fault: error.fault } };
  }
}

/** The synced lists that somebody is in. */
function listsOf(kinds: CleverKinds, { roles }: CleverUser): PeopleList[] {
  const has = {
    students: roles?.student,
    teachers: roles?.teacher,
    staff: roles?.staff,
    contacts: roles?.contact,
  };
  return PEOPLE_LISTS.filter((list) => kinds[list] && has[list]);
}

/** Everybody whom Clever still lists: all but the people known to be in no synced list. */
function listedIn(kinds: CleverKinds, { users }: Changes): Delivery['people'] {
  const has = (id: string) => {
    const user = users.get(id);
    return user === undefined || (user !== null && listsOf(kinds, user).length > 0);
  };
  return { has, add: () => undefined };
}

function goneOf({ schools }: Scope, changes: Changes, people: Set<string>): NonNullable<Delivery['gone']> {
  const deleted = (states: ReadonlyMap<string, object | null>) =>
    [...states].flatMap(([id, state]) => (state ? [] : [id]));
  const elsewhere = [...changes.sections].flatMap(([id, section]) =>
    section && mapCleverSection(section, schools).ok ? [] : [id],
  );
  return {
    terms: new Set(deleted(changes.terms)),
    courses: new Set(deleted(changes.courses)),
    sections: new Set(elsewhere),
    students: people,
    teachers: people,
    staff: people,
    contacts: people,
  };
}

/** @throws NotByEvents if a list has records but had none in the last full download */
async function writeDelta(
  { kinds }: Scope,
  run: ActiveRun,
  spool: Spool,
  changes: Changes,
  silent: readonly string[],
): Promise<Download> {
  const users = [...changes.users.values()].filter((user) => user !== null);
  const here = <T>(states: ReadonlyMap<string, T | null>) =>
    [...states.values()].filter((state) => state !== null);
  const objects: Record<ListName, object[]> = {
    schools: [...changes.located.values()],
    terms: here(changes.terms),
    courses: here(changes.courses),
    sections: here(changes.sections),
    students: [],
    teachers: [],
    staff: [],
    contacts: [],
  };
  for (const user of users) for (const list of listsOf(kinds, user)) objects[list].push(user);
  if (silent.some((list) => objects[list as ListName].length > 0))
    throw new NotByEvents({ code: 'list shared' });
  const download: Download = {};
  for (const list of listsFor(kinds)) {
    const read = objects[list].length;
    await spool.write(list, objects[list]);
    run.count(LISTS[list].kind, 'read', list === 'schools' ? changes.schools : read);
    // The list is as it was at the last full download, so it says of nobody that they left.
    const ended = silent.includes(list) ? 'whole' : 'changes alone';
    download[list] = { ended, read, own: ended === 'whole' ? 0 : read };
  }
  return download;
}
