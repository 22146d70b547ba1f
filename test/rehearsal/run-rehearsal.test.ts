import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import mongoose, { Types } from 'mongoose';
import { databaseReady } from '../../server/database/connect.js';
import { keepRehearsals } from '../../server/rehearsal/keep-rehearsals.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { Rehearsal } from '../../server/models/rehearsal.js';
import { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { createTestApp, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { EVE, type Conference } from '../support/booking/conference.js';
import { makePerson } from '../support/classes/school-day.js';
import { until } from '../support/database/scratch.js';
import { emptyDatabase, enginePid } from '../support/hooks.js';
import { startWorkerProcess } from '../support/jobs/worker-process.js';
import { playRehearsal, prepare, waitingOf } from '../support/rehearsal.js';
import { takeSnapshot } from '../support/snapshot.js';

type Teacher = Conference['teachers'][number];

describe('The rehearsal of an opening', () => {
  let test: TestApp;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(EVE);
  });

  const play = (id: Types.ObjectId) => playRehearsal(test, id);

  it('tells how many families find a time, and touches nothing', async () => {
    const school = await prepare({ students: 10, teachers: 1, slots: 5 });
    const id = await waitingOf(school);
    const before = await takeSnapshot();
    const { outcome, state, why } = await play(id);
    assert.deepEqual([state, why], ['done', undefined]);
    const { families, contented, empty, wanted, booked, unmet, faults, teachers, minutes } = outcome!;
    assert.deepEqual(
      { families, contented, empty, wanted, booked, unmet, faults },
      {
        ...{ families: 10, contented: 5, empty: 5, wanted: 10, booked: 5, faults: 0 },
        unmet: [{ reason: 'full', count: 5 }],
      },
    );
    const [teacher] = teachers;
    assert.deepEqual(
      [teacher!.booked, teacher!.without, teacher!.resource],
      [5, 5, school.teachers[0]!.resource._id],
    );
    assert.ok(teacher!.fullAt !== undefined);
    assert.equal(
      minutes.reduce((sum, one) => sum + one, 0),
      5,
    );
    const after = await takeSnapshot();
    for (const snapshot of [before, after]) snapshot.delete('rehearsal');
    assert.deepEqual(after, before);
    assert.equal(await Notification.countDocuments(), 0);
    assert.deepEqual(await scratchDatabases(), []);
  });

  it('counts what families want of teachers who have no times, and families who have nothing to book', async () => {
    const school = await prepare({ students: 3, teachers: 4, slots: 3 });
    const [open, none, full, gone] = school.teachers as [Teacher, Teacher, Teacher, Teacher];
    await Slot.deleteMany({ resource: { $in: [none.resource._id, gone.resource._id] } });
    await Resource.updateOne({ _id: gone.resource._id }, { $set: { status: 'gone' } });
    // The last child has but the teacher who is not in the event. The first one met another long ago, who has no more times.
    const last = school.students[2]!._id;
    await Class.updateMany(
      { _id: { $in: [open, none, full].map((one) => one.class._id) } },
      { $pull: { 'synced.students': last } },
    );
    await Slot.deleteMany({ _id: { $in: full.slots.slice(1).map(({ _id }) => _id) } });
    const long = Types.ObjectId.createFromTime(EVE.getTime() / 1000 - 86_400);
    await makeAppointment(full.slots[0]!, { _id: long, students: [school.students[0]!._id] });
    const { outcome } = await play(await waitingOf(school, { families: 3 }));
    const { families, contented, empty, idle, failed, wanted, booked, unmet } = outcome!;
    assert.deepEqual(
      { families, contented, empty, idle, failed, wanted, booked, unmet },
      {
        ...{ families: 3, contented: 0, empty: 0, idle: 1, failed: 0, wanted: 5, booked: 2 },
        unmet: [
          { reason: 'no times', count: 2 },
          { reason: 'full', count: 1 },
        ],
      },
    );
    const told = outcome!.teachers.map(({ resource, noTimes, fullAt }) => [
      String(resource),
      noTimes,
      fullAt,
    ]);
    assert.deepEqual(told, [
      [String(none.resource._id), true, undefined],
      [String(full.resource._id), undefined, 0],
    ]);
  });

  it('has families plan, choose with siblings, and answer what the event asks', async () => {
    const school = await prepare({ students: 4, teachers: 2, slots: 12, booking: { siblings: 'together' } });
    await Event.updateOne(
      { _id: school.event._id },
      {
        $set: {
          fields: FIELDS.map((field) => ({ choices: [], required: true, staffOnly: false, ...field })),
        },
      },
    );
    await Slot.updateMany({ event: school.event._id }, { $set: { kind: 'either' } });
    const relations = school.students
      .slice(0, 2)
      .map(({ record }) => ({ student: record!.id, relationship: 'Parent', type: '' }));
    const parent = await makePerson(school.account._id, 'guardian', 'Pat Lopez');
    await Contact.updateOne({ _id: parent._id }, { $set: { relations } });
    for (const planPercent of [100, 0]) {
      const { outcome } = await play(await waitingOf(school, { planPercent, families: 3 }));
      const { families, contented, wanted, booked, unmet, faults, pages } = outcome!;
      assert.deepEqual(
        { families, contented, wanted, booked, unmet, faults },
        { families: 3, contented: 3, wanted: 8, booked: 8, unmet: [], faults: 0 },
      );
      const seen = pages.map(({ page }) => page);
      assert.equal(seen.includes('book plan'), planPercent === 100, seen.join(', '));
      assert.equal(seen.includes('confirm'), planPercent === 0, seen.join(', '));
    }
  });

  it('ends early when it is asked to, and keeps what it measured', async () => {
    const school = await prepare({ students: 12, teachers: 1, slots: 12 });
    const admin = await new Visitor(test.app).logIn(await makeUser(school.account._id, 'administrator'));
    // Half of the families come within a minute, the others take half an hour.
    const id = await waitingOf(school, { families: 12, firstPercent: 50, restMinutes: 30, pace: 1 });
    const running = play(id);
    await until(async () => (await Rehearsal.findById(id).lean())!.progress.finished > 0);
    const page = `/events/${String(school.event._id)}/rehearsals/${String(id)}`;
    await admin.post(`${page}/stop`, {}, page);
    const { state, why, outcome, open } = await running;
    assert.deepEqual([state, why, open], ['stopped', 'asked', undefined]);
    assert.ok(outcome!.families > 0 && outcome!.families < 12);
    assert.deepEqual(await scratchDatabases(), []);
  });

  it('breaks off where its process is killed', async () => {
    const school = await prepare({ students: 3, teachers: 1, slots: 3 });
    const id = await waitingOf(school, { families: 3, firstPercent: 0, restMinutes: 30, pace: 1 });
    const running = play(id);
    await until(async () => (await Rehearsal.findById(id).lean())!.progress.copied > 5);
    const [child] = await scratchProcesses(process.pid);
    process.kill(child!, 'SIGKILL');
    const { state, why } = await running;
    assert.deepEqual([state, why], ['broken off', 'killed'], 'as the system does where memory runs out');
    assert.deepEqual(await scratchDatabases(), []);
  });

  it('is ended by the next tick where its worker was killed: its process goes with it, and its database', async () => {
    const school = await prepare({ students: 3, teachers: 1, slots: 3 });
    const id = await waitingOf(school, { families: 3, firstPercent: 0, restMinutes: 30, pace: 1 });
    const worker = startWorkerProcess(test);
    const ended = once(worker, 'exit');
    let child: number | undefined;
    await until(async () => {
      [child] = await scratchProcesses(worker.pid!);
      return child !== undefined && (await scratchDatabases()).length > 0;
    });
    worker.kill('SIGKILL');
    await ended;
    await until(() => !existsSync(`/proc/${String(child)}`));
    const { beatAt } = await Rehearsal.findById(id).orFail().lean();
    await keepRehearsals(test.deps);
    assert.equal((await scratchDatabases()).length, 1, 'it may only be slow');
    test.setNow(new Date(beatAt!.getTime() + 61_000));
    await keepRehearsals(test.deps);
    const { state, why, open } = await Rehearsal.findById(id).orFail().lean();
    assert.deepEqual([state, why, open], ['broken off', 'worker', undefined]);
    assert.deepEqual(await scratchDatabases(), []);
  });

  it('breaks off where the database engine is killed, and leaves nothing', async function () {
    const pid = await enginePid();
    if (pid === undefined) return;
    const school = await prepare({ students: 3, teachers: 1, slots: 3 });
    const id = await waitingOf(school, {
      families: 3,
      firstPercent: 100,
      restMinutes: 30,
      pace: 1,
      firstMinutes: 1,
    });
    const running = play(id);
    await until(async () => (await Rehearsal.findById(id).lean())!.progress.copied > 5);
    process.kill(pid, 'SIGKILL');
    await running.catch(() => undefined);
    await until(() => databaseReady());
    const left = await Rehearsal.findById(id).orFail().lean();
    if (left.beatAt) test.setNow(new Date(left.beatAt.getTime() + 61_000));
    await keepRehearsals(test.deps);
    assert.notEqual((await Rehearsal.findById(id).orFail().lean()).state, 'running');
    assert.deepEqual(await scratchDatabases(), []);
  });

  async function scratchDatabases(): Promise<string[]> {
    const { databases } = await mongoose.connection.getClient().db('admin').admin().listDatabases();
    return databases.map(({ name }) => name).filter((name) => name.includes('_rehearse_'));
  }
});

const FIELDS = [
  { id: 'a', label: 'Language', kind: 'choice', choices: ['English', 'Spanish'] },
  { id: 'b', label: 'Phone', kind: 'phone' },
  { id: 'c', label: 'We agree', kind: 'tick' },
  { id: 'd', label: 'Topics', kind: 'long text' },
];

/** The processes of rehearsals that another process has started. */
async function scratchProcesses(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [stat, command] = await Promise.all(
        ['stat', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
      );
      const isChild = /\) \S (\d+)/.exec(stat!)?.[1] === String(parent);
      return isChild && command!.includes('run-scratch') ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}
