import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { Section } from '../../server/models/section.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { decideWithheldOfEvent } from '../../server/review/run/decide-withheld.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import { bookable, bookIn } from '../support/roster/appointments.js';
import { makeEvent, termsOf } from '../support/roster/district.js';
import { Office } from '../support/roster/office.js';
import { wholeRoster } from '../support/roster/whole-roster.js';
import { sayResult } from '../support/say-run.js';
import { decideWithheld } from '../support/roster/decide-withheld.js';

const by = new Types.ObjectId();

describe('ties of an event that takes a small part of the district', () => {
  let office: Office;
  let event: Types.ObjectId;
  let run: SyncRun;
  /** One line per class of the event. */
  const classes = async () =>
    (await Class.find({ event }).sort({ section: 1 }).lean()).map(
      ({ status, synced }) => `${status} ${synced.teachers.join()} | ${synced.students.join()}`,
    );

  beforeEach(async () => {
    office = await Office.open();
    const { district } = office;
    // The school with the fewest classes among those with more than one student per class.
    const lists = await Section.find({ status: 'active', 'studentIds.1': { $exists: true } }).lean();
    const bySchool = district.schools.map((school) => lists.filter((one) => one.school.equals(school)));
    const few = bySchool.filter(({ length }) => length >= 10).sort((a, b) => a.length - b.length)[0] ?? [];
    const school = few[0]?.school;
    assert.ok(school);
    event = await makeEvent(district.account, {
      schools: [school],
      terms: termsOf(district.sandbox),
      noTerm: true,
    });
    await district.sync(event);
    const [booked] = await bookable(event);
    assert.ok(booked?.synced.students[0]);
    await bookIn(booked, booked.synced.students[0]);
  });
  afterEach(() => office.close());

  /** Students leave classes of the event, too few for the account's guard to ask. */
  const lose = async () => {
    const account = (await Section.find({ status: 'active' }).lean()).flatMap(
      ({ studentIds }) => studentIds,
    ).length;
    const most = Math.floor(account / 10) - 5;
    let lost = 0;
    for (const { section, synced } of await Class.find({ event, status: 'active' }).lean()) {
      const { record, studentIds } = await Section.findById(section).orFail().lean();
      if (synced.students.length < 2 || lost + studentIds.length - 1 > most) continue;
      office.district.sandbox.change(record.id, { students: studentIds.slice(0, 1) });
      lost += studentIds.length - 1;
    }
    const all = (await Class.find({ event }).lean()).flatMap(({ synced }) => synced.students).length;
    assert.ok(lost >= 20 && lost > all / 10, `${String(lost)} of ${String(all)}`);
  };
  const decide = async (verdict: 'accept' | 'reject') => {
    const decided = await decideWithheldOfEvent(office.district.deps, run, { verdict, by, reason: 'looked' });
    assert.ok(decided.ok);
    const done = (await office.district.work(decided.run)) as SyncRun;
    assert.equal(done.state, 'done', sayResult(done));
    return done;
  };
  const withheld = () => RosterChange.countDocuments({ state: 'withheld', event });

  it('are withheld by its own guard; the account’s roster goes by the source', async () => {
    const before = await classes();
    await lose();
    run = await office.district.sync(event);
    assert.deepEqual(await classes(), before);
    assert.ok((await withheld()) > 0);
    assert.equal(await RosterChange.countDocuments({ state: 'withheld', event: { $exists: false } }), 0);
    assert.match(sayResult(run), /enrollments waiting for your review/);
    const page = await office.visitor.get(`/importer/runs/${String(run._id)}/withheld`);
    assert.match(page.text, /enrollments end: these people stay, but not in these classes/);
    run = await office.district.sync(event);
    assert.deepEqual(await classes(), before);
    await decide('reject');
    assert.equal(await withheld(), 0);
    run = await office.district.sync(event);
    assert.deepEqual([await classes(), await withheld()], [before, 0]);
  });

  it('end when they are accepted, and come back by undo', async () => {
    await lose();
    run = await office.district.sync(event);
    const before = await wholeRoster();
    const accepted = await decide('accept');
    assert.match(sayResult(accepted), /enrollments ended/);
    const after = await wholeRoster();
    await office.district.sync(event);
    assert.deepEqual(await wholeRoster(), after, 'a sync finds nothing more');
    assert.equal(await withheld(), 0);
    const undone = await undoRun(office.district.deps, accepted, {
      by,
      reason: '',
      whole: false,
      stopNightly: false,
    });
    // A sync that changed nothing comes in between.
    assert.ok(undone.ok);
    assert.equal((await office.district.work(undone.run)).state, 'done');
    assert.deepEqual(await wholeRoster(), before);
  });

  /** An appointment of a student with a teacher in the only class that they share. */
  const bookAlone = async (): Promise<{ item: Class; appointment: Types.ObjectId }> => {
    for (const item of await bookable(event)) {
      const [teacher] = item.synced.teachers;
      // Not the first student, whom `lose` leaves in the class.
      for (const student of item.synced.students.slice(1).reverse()) {
        const shared = {
          event,
          status: 'active' as const,
          'synced.teachers': teacher,
          'synced.students': student,
        };
        if ((await Class.countDocuments(shared)) === 1)
          return { item, appointment: await bookIn(item, student) };
      }
    }
    return assert.fail('nobody shares one class alone');
  };
  const stateOf = async (appointment: Types.ObjectId) =>
    (await Appointment.findById(appointment).orFail().lean()).state;
  const undo = async (done: SyncRun) => {
    const undone = await undoRun(office.district.deps, done, {
      by,
      reason: '',
      whole: true,
      stopNightly: false,
    });
    assert.ok(undone.ok);
    assert.equal((await office.district.work(undone.run)).state, 'done');
  };

  it('with appointments are withheld; accepted, the appointment is a problem on the office’s page', async () => {
    const { item, appointment } = await bookAlone();
    await lose();
    const keptFirst = await Section.findById(item.section).orFail().lean();
    const student = (await Appointment.findById(appointment).orFail().lean()).students[0];
    const { record } = await Contact.findById(student).orFail().lean();
    office.district.sandbox.change(keptFirst.record.id, {
      students: keptFirst.studentIds.filter((id) => id !== record?.id).slice(0, 1),
    });
    run = await office.district.sync(event);
    assert.equal(await stateOf(appointment), 'booked');
    const accepted = await decide('accept');
    assert.equal(await stateOf(appointment), 'problem');
    assert.match(sayResult(accepted), /1 appointment needs a look/);
    const page = await office.visitor.get(`/events/${String(event)}/problems`);
    assert.match(page.text, /The student is no longer in a class with this teacher/);
    await office.district.sync(event);
    assert.equal(await stateOf(appointment), 'problem');
    await undo(accepted);
    assert.equal(await stateOf(appointment), 'booked');
  });

  it('of a class with appointments whose teacher is taken out are withheld in the account’s roster; accepted, they end', async () => {
    const { item, appointment } = await bookAlone();
    const section = await Section.findById(item.section).orFail().lean();
    const before = await wholeRoster();
    office.district.sandbox.change(section.record.id, { teacher: '', teachers: [] });
    run = await office.district.sync(event);
    assert.deepEqual((await Class.findById(item._id).orFail().lean()).synced.teachers, item.synced.teachers);
    assert.equal(await stateOf(appointment), 'booked');
    const decided = await decideWithheld(office.district, await office.district.refreshOf(run));
    assert.deepEqual((await Class.findById(item._id).orFail().lean()).synced.teachers, []);
    assert.equal(await stateOf(appointment), 'problem');
    assert.equal(await SyncRun.countDocuments({ state: 'failed' }), 0);
    await office.district.sync(event);
    assert.equal(await stateOf(appointment), 'problem');
    const followed = await SyncRun.findOne({ refresh: decided, event }).orFail().lean();
    await undo(followed);
    assert.deepEqual(await wholeRoster(), before);
    assert.equal(await stateOf(appointment), 'booked');
  });

  it('stay withheld while the account’s administrator accepts that a teacher leaves one of the classes', async () => {
    await lose();
    run = await office.district.sync(event);
    const waiting = async () => {
      const rows = await RosterChange.find({ state: 'withheld', event, kind: 'classStudents' }).lean();
      return rows.map(({ target, size }) => `${String(target)} ${String(size)}`).sort();
    };
    const before = await waiting();
    const targets = await RosterChange.distinct('target', {
      state: 'withheld',
      event,
      kind: 'classStudents',
    });
    const item = await Class.findOne({ _id: { $in: targets }, 'synced.teachers': { $size: 1 } })
      .orFail()
      .lean();
    const section = await Section.findById(item.section).orFail().lean();
    office.district.sandbox.change(section.record.id, { teacher: '', teachers: [] });
    run = await office.district.sync(event);
    await decideWithheld(office.district, await office.district.refreshOf(run));
    const { synced } = await Class.findById(item._id).orFail().lean();
    assert.deepEqual([synced.teachers, synced.students], [[], item.synced.students]);
    assert.deepEqual(await waiting(), before);
    await office.district.sync(event);
    assert.deepEqual(await waiting(), before);
  });
});
