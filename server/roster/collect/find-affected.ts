import { Contact, recordIds, byRecordIds } from '../../models/contact.js';
import { Section } from '../../models/section.js';
import type { CleverSection } from '../../clever/schema.js';
import { cleanIds } from '../../sources/records/clean-text.js';
import type { AskUsers } from '../../sources/download/ask-users.js';
import { findHere, idsIn, judgeDelta, type Judged, type Scope } from './judge-delta.js';
import { findCandidates } from '../people/match-people.js';
import type { Changes } from '../../sources/download/read-events.js';

export interface Affected extends Judged {
  /** Ids of people who do not belong here: mentioned people, people Clever was asked about, and guardians without a student. */
  gone: Set<string>;
}

/**
 * Finds everybody whom the changes may bring or remove although no event mentions them: people who were here by a class only, a newcomer's
 * guardians, guardians whose students left, and former contacts that newcomers may be. If the stored data does not suffice for somebody,
 * Clever is asked and the answer added to the changes, round by round, until nobody more is affected.
 * @param ask throws NotByEvents when it has to ask for too many
 */
export async function findAffected(
  scope: Scope,
  changes: Changes,
  ask: AskUsers,
  withContacts: boolean,
): Promise<Affected> {
  const { users, unsure } = changes;
  for (const id of unsure) users.delete(id);
  await ask.users(unsure);
  await ask.users(await findTwins(scope, changes));
  await ask.users(await findBySections(scope, changes));
  const visited = new Set<string>();
  for (;;) {
    const known = users.size;
    const judged = await judgeDelta(scope, changes);
    const before = await findHere(scope, [...users.keys()]);
    const newcomers = [...judged.here].filter((id) => !before.has(id));
    for (const id of withContacts ? newcomers : []) {
      if (visited.has(id) || !users.get(id)?.roles?.student) continue;
      visited.add(id);
      await ask.contactsOf(id);
    }
    const lost = [...before].filter((id) => !judged.here.has(id));
    const left = await findLeftBehind(scope, changes, lost, judged);
    await ask.users(left.unsure);
    await ask.users(await findFormer(scope, judged));
    if (users.size === known) {
      const away = [...users.keys()].filter((id) => !judged.here.has(id));
      return { ...judged, gone: new Set([...away, ...left.gone]) };
    }
  }
}

/** Other ids of merged people: one that is still listed keeps its person here. */
async function findTwins({ account }: Scope, { users }: Changes): Promise<string[]> {
  const merged = await Contact.find(
    byRecordIds(account, [...users.keys()], { 'record.also.0': { $exists: true } }),
    { record: 1 },
  ).lean();
  return merged.flatMap(recordIds);
}

/** People who join or leave a class by these changes, where that decides whether they belong here. */
async function findBySections(scope: Scope, { sections, users }: Changes): Promise<string[]> {
  const stored = await Section.find(
    { account: scope.account, 'record.id': { $in: [...sections.keys()] } },
    { record: 1, status: 1, teacherIds: 1, studentIds: 1 },
  ).lean();
  const was = new Map(
    stored
      .filter(({ status, record }) => status === 'active' && !record.kept)
      .map(({ record, teacherIds, studentIds }) => [record.id, [...teacherIds, ...studentIds]] as const),
  );
  const came: string[] = [];
  const went: string[] = [];
  for (const [id, section] of sections) {
    const before = new Set(was.get(id));
    const now = new Set(section ? wantedIn(scope, section) : []);
    came.push(...[...now].filter((person) => !before.has(person) && !users.has(person)));
    went.push(...[...before].filter((person) => !now.has(person)));
  }
  const here = await findHere(scope, came);
  const byClass = await Contact.find(
    byRecordIds(scope.account, went, {
      status: 'active',
      type: { $ne: 'guardian' },
      'schools.0': { $exists: false },
    }),
    { record: 1 },
  ).lean();
  return [...came.filter((id) => !here.has(id)), ...byClass.flatMap(recordIds)];
}

/** The people of a section whose kind is synced. */
function wantedIn(scope: Scope, section: CleverSection): string[] {
  const { students, teachers, staff } = scope.kinds;
  const pupils = new Set(cleanIds(section.students));
  return idsIn(scope, section).filter((id) => (pupils.has(id) ? students : teachers || staff));
}

/** Of the people tied to somebody who left: guardians with nobody else here, and others whom only Clever can place. */
async function findLeftBehind(
  scope: Scope,
  { users }: Changes,
  lost: string[],
  { here }: Judged,
): Promise<{ gone: string[]; unsure: string[] }> {
  if (lost.length === 0) return { gone: [], unsure: [] };
  const tied = await Contact.find(
    { account: scope.account, 'relations.student': { $in: lost }, status: 'active' },
    { record: 1, type: 1, schools: 1, relations: 1 },
  ).lean();
  const open = tied.filter(({ record, schools }) => record && !users.has(record.id) && schools.length === 0);
  const others = open.flatMap(({ relations }) => relations.map(({ student }) => student));
  const stay = await findHere(
    scope,
    others.filter((id) => !users.has(id)),
  );
  const alone = open.filter(({ relations }) =>
    relations.every(({ student }) => !here.has(student) && !stay.has(student)),
  );
  const idsOf = (contacts: typeof alone) => contacts.flatMap(({ record }) => record?.id ?? []);
  return {
    gone: idsOf(alone.filter(({ type }) => type === 'guardian')),
    unsure: idsOf(alone.filter(({ type }) => type !== 'guardian')),
  };
}

/** Ids of former contacts that newcomers may be: it matters whether Clever still lists them elsewhere. */
async function findFormer(scope: Scope, { people, here }: Judged): Promise<string[]> {
  const belonging = people.flatMap((person) =>
    person.ok && here.has(person.record.id) ? [person.record] : [],
  );
  const ids = belonging.map(({ id }) => id);
  const known = await Contact.find(byRecordIds(scope.account, ids), { record: 1 }).lean();
  const old = new Set(known.flatMap(recordIds));
  const records = belonging.filter(({ id }) => !old.has(id));
  if (records.length === 0) return [];
  const candidates = await findCandidates(scope.account, records, scope.mapping);
  const former = candidates.filter(({ status, record }) => status !== 'active' || record?.kept);
  return former.flatMap(recordIds);
}
