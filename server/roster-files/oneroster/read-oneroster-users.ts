import type { CleverUser } from '../../clever/schema.js';
import { breathe, isDue } from '../../tables/breathe.js';
import { addId } from '../records/add-once.js';
import { Collected, pour } from '../records/collect-objects.js';
import { gradeOf, ROLE_LISTS, roleOf, sexOf, type PersonRole } from './map-oneroster.js';
import { dateIn, textIn, UNREAD } from '../records/keep-unread.js';
import { mergeObjects } from '../records/merge-objects.js';
import { dateOf, DISTRICT, isGone, listOf, type OneRoster } from './oneroster.js';
import { readTable } from '../../tables/read-table.js';
import { restoreIds } from '../records/restore-ids.js';
import type { Row } from '../../tables/reading.js';
import type { Fault } from '../../tables/say-file-problem.js';
import { recordId } from '../records/record-id.js';
import { AGENTS, relateGuardians, type Draft } from './relate-guardians.js';
import type { FilesRead, RosterSink } from '../records/roster-files.js';
import { relieve, Ties } from '../records/resolve-ties.js';

export interface OneRosterPeople {
  users: Collected<CleverUser>;
  complete: FilesRead['complete'];
  pour(sink: RosterSink): Promise<FilesRead['counts']>;
}

const userId = (row: Row): string => recordId('user', row.of('sourcedId'));

/** Reads users.csv, roles.csv (1.2, optional) and demographics.csv as Clever's users. */
export async function readOneRosterUsers(part: OneRoster): Promise<OneRosterPeople> {
  const { reading, manifest } = part;
  const users = new Collected<CleverUser>(reading);
  const drafts = new Map<string, Draft>();
  for await (const row of readTable(reading, 'users', users.onLeftOut(userId))) {
    if (isGone(row)) users.remove(row, 'sourcedId', userId(row));
    else takeUser(part, users, drafts, row);
  }
  await readRoles(part, users, drafts);
  for (const draft of drafts.values()) {
    if (isDue()) await breathe();
    finishRoles(part, users, draft);
    // Only this column is needed from here on.
    draft.row = draft.row.only(AGENTS);
  }
  await restoreIds(reading, part.known, {
    ...{ table: 'users', list: 'students', kind: 'user', collected: users },
    ...{ field: 'sourcedId', number: 'identifier' },
  });
  for (const [from, to] of users.aliases) {
    const draft = drafts.get(from);
    drafts.delete(from);
    if (draft) drafts.set(to, draft);
  }
  await readDemographics(part, users);
  await relateGuardians(part, users, drafts);
  const whole =
    manifest.modeOf('users') === 'bulk' && manifest.modeOf('roles') !== 'delta' && !users.isDoubtful;
  return {
    users,
    complete: { students: whole, teachers: whole, staff: whole, contacts: whole },
    pour: (sink) => pourPeople(sink, users),
  };
}

function takeUser(
  { reading, manifest, schools }: OneRoster,
  users: Collected<CleverUser>,
  drafts: Map<string, Draft>,
  row: Row,
): void {
  const id = userId(row);
  const user = users.add(row, 'sourcedId', {
    id,
    district: DISTRICT,
    name: { first: row.of('givenName'), middle: row.of('middleName'), last: row.of('familyName') },
    email: textIn(row, 'email'),
    roles: {},
  });
  if (!user) return;
  const draft = drafts.get(id) ?? { row, user, guardianAs: '' };
  drafts.set(id, draft);
  if (manifest.modeOf('roles') !== 'absent') return;
  const role = roleOf(row.of('role'));
  if (!role) {
    reading.note(row, 'role', unknownRole(row, 'row'));
  } else {
    const schoolOf = (org: string): string =>
      org === UNREAD ? UNREAD : schools.idOf(recordId('school', org));
    for (const org of ['', ...reading.counted(listOf(textIn(row, 'orgSourcedIds')))])
      giveRole(draft, row, role, row.of('role'), schoolOf(org));
  }
}

function unknownRole(row: Row, lost: 'row' | 'role'): Fault {
  const cell = row.of('role');
  return cell ? { code: 'unknown role', cell, lost } : { code: 'empty role', lost };
}

async function readRoles(
  { reading, known, schools }: OneRoster,
  users: Collected<CleverUser>,
  drafts: Map<string, Draft>,
): Promise<void> {
  const ties = new Ties(reading, known, 'students', users, 'role');
  const slip = () => {
    users.unreadable = true;
  };
  for await (const row of readTable(reading, 'roles', slip)) {
    if (isGone(row)) continue;
    const role = roleOf(row.of('role'));
    if (!role) {
      reading.note(row, 'role', unknownRole(row, 'role'));
      continue;
    }
    ties.add(row, 'userSourcedId', 'user', recordId('user', row.of('userSourcedId')), (id) => {
      const draft = drafts.get(id);
      if (!draft) return;
      // The school of the primary role is the main one.
      const first = /^primary$/i.test(row.of('roleType'));
      giveRole(
        draft,
        draft.row,
        role,
        row.of('role'),
        schools.idOf(recordId('school', row.of('orgSourcedId'))),
        first,
      );
    });
    await relieve(ties);
  }
  await ties.resolve();
}

/**
 * @param row of users.csv, with the person's other facts
 * @param word the file's own word for the role
 * @param school the school of the role; '' for a role without one
 * @param first whether that school is the main one
 */
function giveRole(
  draft: Draft,
  row: Row,
  role: PersonRole,
  word: string,
  school: string,
  first = false,
): void {
  const { user } = draft;
  const roles = (user.roles ??= {});
  if (role === 'contact') {
    roles.contact ??= { sis_id: row.of('sourcedId'), student_relationships: [] };
    roles.contact.phone ||= row.of('phone') || row.of('sms');
    draft.guardianAs ||= word;
    return;
  }
  const held = roleHeld(user, row, role, word);
  if (!school) return;
  addId((held.schools ??= []), school);
  if (first) (draft.mains ??= new Map()).set(role, school);
}

function roleHeld(
  user: CleverUser,
  row: Row,
  role: Exclude<PersonRole, 'contact'>,
  title: string,
): { schools?: string[] | null } {
  const roles = (user.roles ??= {});
  const sis_id = row.of('sourcedId');
  const number = row.of('identifier');
  const credentials = { district_username: row.of('username') };
  const grade = gradeOf(listOf(textIn(row, 'grades'))[0] ?? '');
  if (role === 'student')
    return filled((roles.student ??= {}), { sis_id, student_number: number, grade, credentials });
  if (role === 'teacher')
    return filled((roles.teacher ??= {}), { sis_id, teacher_number: number, credentials });
  return filled((roles.staff ??= {}), { staff_id: number || sis_id, title, credentials });
}

/** Adds what further rows say of a role that somebody already has, where it was blank. */
function filled<R extends object>(held: R, said: object): R {
  mergeObjects(held, said, [], []);
  return held;
}

/** Puts the school of a primary role first. Leaves out users who have no role in the end. */
function finishRoles(
  { reading, manifest }: OneRoster,
  users: Collected<CleverUser>,
  { row, user, mains }: Draft,
): void {
  for (const role of ['student', 'teacher', 'staff'] as const) {
    const held = user.roles?.[role];
    const main = mains?.get(role);
    if (held && main) held.schools = [main, ...(held.schools ?? []).filter((id) => id !== main)];
    const [first] = held?.schools ?? [];
    if (held && first && role !== 'staff') Object.assign(held, { school: first });
  }
  if (Object.keys(user.roles ?? {}).length > 0) return;
  users.objects.delete(user.id);
  users.leftOut.add(user.id);
  if (manifest.modeOf('roles') === 'absent') return;
  reading.note(row, 'sourcedId', { code: 'no role', cell: row.of('sourcedId') });
}

async function readDemographics(part: OneRoster, users: Collected<CleverUser>): Promise<void> {
  const { reading } = part;
  for await (const row of readTable(reading, 'demographics')) {
    const student = users.objects.get(users.idOf(userId(row)))?.roles?.student;
    if (!student || isGone(row)) continue;
    student.dob = dateIn(row, 'birthDate', dateOf(reading, row, 'birthDate'));
    student.gender = sexOf(row.of('sex'));
  }
}

async function pourPeople(sink: RosterSink, users: Collected<CleverUser>): Promise<FilesRead['counts']> {
  const counts: FilesRead['counts'] = {};
  const { removed, leftOut } = users;
  for (const [role, list] of Object.entries(ROLE_LISTS)) {
    const having = [...users.objects.values()].filter(({ roles }) => roles?.[role as PersonRole]);
    counts[list] = await pour(sink, list, { objects: having, removed, leftOut });
  }
  users.release();
  return counts;
}
