import type { Types } from 'mongoose';
import { Account } from '../../../server/models/account.js';
import { AuditEntry } from '../../../server/models/audit-entry.js';
import { Contact, type ContactType } from '../../../server/models/contact.js';
import { contactKeys } from '../../../server/models/person-keys.js';
import { ContactDeletion } from '../../../server/models/contact-deletion.js';
import { Duplicate } from '../../../server/models/duplicate.js';
import type { Event } from '../../../server/models/event.js';
import { Interpreter } from '../../../server/models/interpreter.js';
import { Mailing } from '../../../server/models/mailing.js';
import { Household } from '../../../server/models/household.js';
import { Notification } from '../../../server/models/notification.js';
import { Rehearsal } from '../../../server/models/rehearsal.js';
import { RosterChange } from '../../../server/models/roster-change.js';
import { RosterRun } from '../../../server/models/roster-run.js';
import { RosterUpload } from '../../../server/models/roster-upload.js';
import { NO_COUNTS } from '../../../server/models/run.js';
import { School } from '../../../server/models/school.js';
import { searchKey } from '../../../server/models/search-key.js';
import { SlotMove } from '../../../server/models/slot-move.js';
import { StaffInvitation } from '../../../server/models/staff-invitation.js';
import { SyncLog } from '../../../server/models/sync-log.js';
import { SyncRun } from '../../../server/models/sync-run.js';
import { Term } from '../../../server/models/term.js';
import type { User } from '../../../server/models/user.js';
import { WaitlistEntry, wishOf } from '../../../server/models/waitlist-entry.js';
import { makeClass } from '../classes/school-day.js';
import { makeUser } from '../app.js';
import { makeAppointment } from '../appointment.js';
import { makeEvent, makeSlot, makeTeacher } from '../event.js';

/** One teacher's part of an event, in which every name holds the mark, and the ids by which addresses call it. */
export interface Place {
  mark: string;
  event: Event;
  teacher: Contact;
  student: Contact;
  adult: User;
  /** By the parameter's name in routes. */
  ids: Record<string, string>;
}

const AT = new Date('2026-11-23T18:00:00Z');
const LATER = new Date('2027-11-23T18:00:00Z');

/** An account that takes its roster from files. */
export async function makeDistrict(mark: string): Promise<Types.ObjectId> {
  const account = await Account.create({
    name: 'Maple',
    timeZone: 'America/Chicago',
    createdAt: AT,
    files: { on: true, format: 'pickatime', since: AT },
  });
  for (const [id, status] of [
    ['t1', 'active'],
    ['t2', 'archived'],
  ] as const)
    await Term.create({ account: account._id, record: { id, hash: '' }, name: `Term ${mark}`, status });
  return account._id;
}

/** @param at the time at which its teacher has a slot, so that two of one event can be told apart */
export async function makePlace(
  account: Types.ObjectId,
  mark: string,
  { event: given, at = '17:00' }: { event?: Event; at?: string } = {},
): Promise<Place> {
  const school = await School.create({
    account,
    name: `School ${mark}`,
    file: { id: `school-${mark}`, name: `School ${mark}` },
    sortKey: mark,
  });
  const event =
    given ??
    (await makeEvent(account, {
      name: `Event ${mark}`,
      sync: { on: true, hour: 1, schools: [school._id], terms: [], noTerm: true },
      booking: { opensAt: new Date('2026-11-01T00:00:00Z'), closesAt: new Date('2026-11-25T06:00:00Z') },
    }));
  const person = (type: ContactType, word: string) => makePerson(account, type, `${word}${mark}`);
  const [teacher, student, guardian, twin] = [
    await person('teacher', 'Teacher'),
    await person('student', 'Student'),
    await person('guardian', 'Guardian'),
    await person('student', 'Twin'),
  ];
  const resource = await makeTeacher(event, `Teacher${mark}`, { contact: teacher._id, room: `Room${mark}` });
  const bookable = await makeTeacher(event, `Counselor${mark}`, {
    byHand: { kind: 'Counselor', hidden: true, schools: [], grades: [] },
  });
  const held = await makeClass(event, `Class${mark}`, {
    teachers: [teacher._id],
    students: [student._id, twin._id],
  });
  const adult = await makeUser(account, 'customer', {
    name: `Adult${mark}`,
    email: `adult-${mark.toLowerCase()}@example.org`,
  });
  const household = await Household.create({
    account,
    adults: [adult._id],
    children: [{ student: student._id, adult: adult._id, by: 'number and security value', at: AT }],
    createdAt: AT,
  });
  const theirs = {
    household: household._id,
    bookedBy: adult._id,
    students: [student._id],
    class: held._id,
    note: `Note${mark}`,
  };
  const slot = await makeSlot(event, resource, `2026-11-24T${at}`);
  const problemSlot = await makeSlot(event, resource, `2026-11-24T${at.replace('17', '18')}`);
  const booked = await makeAppointment(slot, theirs);
  const problem = await makeAppointment(problemSlot, {
    ...theirs,
    state: 'problem',
    problem: { code: 'text', text: `Problem${mark}` },
  });
  const waiting = await WaitlistEntry.create({
    account,
    event: event._id,
    resource: resource._id,
    household: household._id,
    user: adult._id,
    students: [student._id],
    wish: wishOf(resource._id, [student._id]),
    state: 'waiting',
    open: true,
    joinedAt: AT,
  });
  const mail = await Notification.create({
    account,
    event: event._id,
    kind: 'appointment booked',
    to: adult.email,
    subject: `Booked: Teacher${mark}`,
    text: `Hello Adult${mark}`,
    state: 'sent',
    nextAt: AT,
    key: `mail ${mark}`,
    createdAt: AT,
  });
  const { refresh, run } = await makeRuns(event, student, held._id, mark, given !== undefined);
  const pair = await Duplicate.create({
    account,
    contact: student._id,
    candidate: twin._id,
    pair: `${String(student._id)}:${String(twin._id)}`,
    type: 'student',
    reason: { code: 'name' },
    state: 'open',
    createdAt: AT,
    searchKey: mark.toLowerCase(),
  });
  const upload = await RosterUpload.create({
    account,
    format: 'pickatime',
    state: 'refused',
    files: [{ name: `File${mark}.txt`, bytes: 1, rows: 1 }],
    problems: [{ file: `File${mark}.txt`, line: 1, field: '', fault: { code: 'empty' } }],
    problemCount: 1,
    by: adult._id,
    createdAt: AT,
    expiresAt: LATER,
  });
  const move = await SlotMove.create({
    ...{ account, event: event._id, kind: 'move', state: 'waiting', by: adult._id, total: 1 },
    ...{ day: '2026-11-24', toDay: '2026-11-25', createdAt: AT, tellAt: LATER },
  });
  const mailing = await Mailing.create({
    ...{
      account,
      event: event._id,
      kind: 'message',
      group: { kind: 'class', class: held._id },
      by: adult._id,
    },
    ...{ subject: `Subject${mark}`, text: `Words${mark}`, state: 'scheduled', sendAt: LATER, createdAt: AT },
    numbers: { people: 1, mails: 1, students: 1, unreached: 0, unsubscribed: 0 },
  });
  const rehearsal = await Rehearsal.create({
    ...{ account, event: event._id, by: adult._id, createdAt: AT, state: 'done' },
    plan: {
      ...{ families: 1, firstPercent: 60, firstMinutes: 5, restMinutes: 25 },
      ...{ perChild: 0, planPercent: 50, pace: 5 },
    },
    outcome: {
      ...{ families: 1, contented: 0, empty: 1, wanted: 1, booked: 0, tookMs: 1, minutes: [], pages: [] },
      ...{ quicker: 0, faults: 0, unmet: [], moreTeachers: 0, queued: 0 },
      teachers: [{ resource: resource._id, wanted: 1, booked: 0, without: 1 }],
    },
  });
  const deletion = await ContactDeletion.create({
    account,
    by: adult._id,
    level: 'appointment viewer',
    state: 'done',
    createdAt: AT,
  });
  const invitation = await StaffInvitation.create({
    ...{ account, by: adult._id, kind: 'invite', level: 'appointment viewer', state: 'done' },
    ...{ people: [teacher._id], outcomes: [{ person: teacher._id, what: 'no email' }] },
    ...{ once: `once-${mark}`, createdAt: AT },
  });
  const entry = await AuditEntry.create({
    account,
    event: event._id,
    at: AT,
    action: 'delete classes',
    targets: [held._id],
    detail: {},
  });
  const interpreter = await Interpreter.create({
    ...{ account, event: event._id, name: `Interpreter${mark}`, languages: ['es'], status: 'active' },
    sortKey: mark,
  });
  const ids = {
    event: event._id,
    interpreter: interpreter._id,
    link: event.link,
    slot: slot._id,
    resource: resource._id,
    bookable: bookable._id,
    appointment: problem._id,
    id: booked._id,
    class: held._id,
    contact: guardian._id,
    student: student._id,
    user: adult._id,
    household: household._id,
    waiting: waiting._id,
    mail: mail._id,
    run: run._id,
    refresh: refresh._id,
    pair: pair._id,
    upload: upload._id,
    deletion: deletion._id,
    invitation: invitation._id,
    other: student._id,
    entry: entry._id,
    move: move._id,
    mailing: mailing._id,
    rehearsal: rehearsal._id,
    school: school._id,
  };
  return {
    mark,
    event,
    teacher,
    student,
    adult,
    ids: Object.fromEntries(Object.entries(ids).map(([key, id]) => [key, String(id)])),
  };
}

async function makePerson(account: Types.ObjectId, type: ContactType, name: string): Promise<Contact> {
  const [firstName, lastName] = [name, 'Lee'];
  const made = await Contact.create({
    account,
    type,
    source: 'file',
    status: 'active',
    record: { id: name, hash: '' },
    firstName,
    lastName,
    ...contactKeys({ firstName, lastName, email: '', schoolId: '' }),
  });
  return made.toObject();
}

/** A sync with the account's download before it: both log and hold something, each about its own. */
async function makeRuns(
  event: Event,
  student: Contact,
  held: Types.ObjectId,
  mark: string,
  hasBoth: boolean,
): Promise<{ refresh: RosterRun; run: SyncRun }> {
  const { account } = event;
  const common = {
    account,
    state: 'done' as const,
    createdAt: AT,
    startedAt: AT,
    finishedAt: AT,
    changed: true,
  };
  const counts = { student: { ...NO_COUNTS, changed: 1, removed: 1, withheld: 1 } };
  const refresh = await RosterRun.create({ ...common, counts });
  const run = await SyncRun.create({
    ...common,
    event: event._id,
    trigger: 'sync now',
    refresh: refresh._id,
    counts: hasBoth ? {} : { class: { ...NO_COUNTS, changed: 1 } },
  });
  const change = { account, expiresAt: LATER, searchKey: searchKey(mark), action: 'changed' as const };
  const ofStudent = { kind: 'student', target: student._id, sourceId: `Student${mark}` };
  await RosterChange.create({
    ...change,
    ...ofStudent,
    run: refresh._id,
    state: 'applied',
    fields: [{ path: 'firstName', before: 'x', after: `Student${mark}` }],
  });
  if (!hasBoth)
    await RosterChange.create({
      ...change,
      run: run._id,
      event: event._id,
      kind: 'class',
      target: held,
      state: 'withheld',
      action: 'removed',
    });
  for (const of of [refresh._id])
    await SyncLog.create({
      account,
      run: of,
      at: AT,
      level: 'info',
      kind: 'student',
      action: 'changed',
      sourceIds: [`Student${mark}`],
    });
  return { refresh: refresh.toObject(), run: run.toObject() };
}
