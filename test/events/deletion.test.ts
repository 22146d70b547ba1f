import assert from 'node:assert/strict';
import mongoose, { Types } from 'mongoose';
import { deleteEvents } from '../../server/events/deletion/delete-events.js';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { SyncLog } from '../../server/models/sync-log.js';
import { SlotMove } from '../../server/models/slot-move.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { User } from '../../server/models/user.js';
import { makeUser, Visitor } from '../support/app.js';
import { Desk } from '../support/booking/desk.js';
import { makeEvent, makeSlot, makeTeacher } from '../support/event.js';
import { asApp } from '../support/scans.js';

describe('deleting an event', () => {
  let desk: Desk;
  let office: Visitor;
  let parent: Visitor;
  let event: Types.ObjectId;
  let home: string;
  let helper: Types.ObjectId;

  beforeEach(async () => {
    desk = await Desk.open({ slots: 6 });
    const account = desk.fair.account._id;
    event = desk.fair.event._id;
    home = `/events/${event.toHexString()}`;
    office = await new Visitor(desk.test.app).logIn(await makeUser(account, 'event administrator'));
    ({ visitor: parent } = await desk.parentOf(0));
    await desk.book(parent, 0, 0);
    await desk.book(parent, 1, 2);
    await desk.choose(parent, 0, 4);
    helper = (await makeUser(account, 'appointment viewer', { event }))._id;
    const run = await SyncRun.create({
      account,
      event,
      trigger: 'sync now',
      state: 'done',
      createdAt: new Date(),
    });
    await SyncLog.create({ account, run: run._id, at: new Date(), level: 'info', sourceIds: [] });
    // What stays: another event of the account.
    const other = await makeEvent(account, { name: 'Spring' });
    await makeSlot(other, await makeTeacher(other, 'Park'), '2026-11-24T17:00');
  });

  const type = (typed = 'Fall Conferences') => office.post(`${home}/deletion`, { typed }, `${home}/deletion`);
  const work = (stopping = new AbortController().signal) =>
    asApp(() => deleteEvents(desk.test.deps, stopping));

  /** Everything stored that names the event, or an appointment or run of it, by collection. */
  async function traces(ids: Types.ObjectId[]): Promise<string[]> {
    const found: string[] = [];
    for (const { name } of await mongoose.connection.db!.listCollections().toArray()) {
      if (['auditEntry', 'session', 'agendaJobs'].includes(name)) continue;
      for (const document of await mongoose.connection.db!.collection(name).find().toArray()) {
        const text = JSON.stringify(document);
        if (ids.some((id) => text.includes(id.toHexString()))) found.push(name);
      }
    }
    return [...new Set(found)].sort();
  }
  async function everyId(): Promise<Types.ObjectId[]> {
    const appointments = await Appointment.find({ event }, { _id: 1 }).lean();
    const runs = await SyncRun.find({ event }, { _id: 1 }).lean();
    return [event, ...[...appointments, ...runs].map(({ _id }) => _id)];
  }

  it('counts what goes with it, offers its reports, and asks for its name', async () => {
    const page = await office.get(`${home}/deletion`);
    assert.match(page.text, /2 appointments are deleted/);
    assert.match(page.text, /2 of them are still to come/);
    assert.match(page.text, /12 slots, 2 classes, and the schedules of 2 teachers/);
    assert.match(page.text, /1 staff account loses access/);
    for (const file of page.text.match(/\/reports\/[\w/]+\.csv/g)!)
      assert.equal((await office.get(file)).status, 200);
    const wrong = await type('fall conferences');
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /Enter the event’s name exactly/);
    assert.equal((await Event.findById(event).lean())?.status, 'active');
  });

  it('is at once gone for everybody, then deleted with all that is in it, and nothing else', async () => {
    const ids = await everyId();
    assert.equal((await type()).status, 303);
    assert.deepEqual(desk.test.asked.at(-1), { name: 'delete-events', key: 'all' });
    for (const path of [home, `${home}/settings`, `/reports/${event.toHexString()}`])
      assert.equal((await office.get(path)).status, 404, path);
    assert.equal((await parent.get(desk.home)).status, 404);
    for (const list of ['/events', '/events?status=archived', '/reports', '/my'])
      assert.doesNotMatch((await office.get(list)).text, /Fall Conferences<\/a>/, list);
    await work();
    assert.deepEqual(await traces(ids), []);
    assert.deepEqual((await User.findById(helper).lean())?.grants, []);
    assert.equal(await mongoose.connection.db!.collection('slot').countDocuments(), 1);
    assert.ok(await AuditEntry.exists({ action: 'delete event', event }));
    await work();
  });

  it('killed after any of its writes, it is finished at the next start', async () => {
    for (let steps = 1; ; steps++) {
      if (steps > 1) {
        desk = await Desk.open({ slots: 2 });
        event = desk.fair.event._id;
        ({ visitor: parent } = await desk.parentOf(0));
        await desk.book(parent, 0, 0);
        await makeUser(desk.fair.account._id, 'appointment viewer', { event });
        const of = { account: desk.fair.account._id, event };
        await SyncRun.create({ ...of, trigger: 'sync now', state: 'done', createdAt: new Date() });
      }
      const ids = await everyId();
      await Event.updateOne({ _id: event }, { $set: { status: 'deleted' } });
      const died = await dieAfter(steps, () => work());
      await work();
      assert.deepEqual(await traces(ids), [], `killed after ${steps}`);
      if (!died) break;
      assert.ok(steps < 60);
    }
  });

  it('is refused while its sync runs or waits, and says so; a sync that slips in is waited for', async () => {
    const account = desk.fair.account._id;
    const run = { account, event, trigger: 'preview' as const, createdAt: new Date() };
    const { _id } = await SyncRun.create({ ...run, state: 'running' });
    assert.match((await office.get(`${home}/deletion`)).text, /A sync of this event is running or waiting/);
    const page = await office.get(`${home}/settings`);
    assert.equal(page.status, 200);
    assert.equal(
      (await office.post(`${home}/deletion`, { typed: 'Fall Conferences' }, `${home}/settings`)).status,
      409,
    );
    await Event.updateOne({ _id: event }, { $set: { status: 'deleted' } });
    await work();
    assert.ok(await Event.exists({ _id: event }));
    assert.equal((await SyncRun.findById(_id).lean())?.stopRequested, true);
    await SyncRun.updateOne({ _id }, { $set: { state: 'stopped' } });
    await work();
    assert.ok(!(await Event.exists({ _id: event })));
  });

  it('is refused until families are told of a canceled day; a cancellation that slips in is told first', async () => {
    const { account } = desk.fair;
    const { _id } = await SlotMove.create({
      ...{ account: account._id, event, kind: 'cancel', state: 'waiting', by: helper, day: '2026-11-24' },
      ...{ total: 1, createdAt: desk.test.deps.now(), tellAt: new Date('2026-11-30T00:00:00Z') },
    });
    const page = await office.get(`${home}/deletion`);
    assert.match(page.text, /families haven’t been told yet/);
    assert.ok(page.text.includes(`href="${home}/slots/moves/${String(_id)}"`));
    assert.equal(
      (await office.post(`${home}/deletion`, { typed: 'Fall Conferences' }, `${home}/settings`)).status,
      409,
    );
    await Event.updateOne({ _id: event }, { $set: { status: 'deleted' } });
    await work();
    assert.ok(await Appointment.exists({ event }));
    await SlotMove.updateOne({ _id }, { $set: { state: 'done' } });
    await work();
    assert.ok(!(await Event.exists({ _id: event })));
  });

  it('still sends what families and staff are to be told', async () => {
    const mail = (await Notification.findOne({ event }).lean())!;
    await Notification.updateOne({ _id: mail._id }, { $set: { state: 'queued' } });
    await type();
    await work();
    const left = await Notification.find().lean();
    assert.deepEqual(
      left.map(({ _id, event: of, state }) => [String(_id), of, state]),
      [[String(mail._id), undefined, 'queued']],
    );
  });

  it('leaves nothing of a booking that was under way', async () => {
    const slot = desk.fair.teachers[1]!.slots[5]!;
    const ids = await everyId();
    await type();
    await Appointment.create({
      ...{
        account: slot.account,
        event,
        slot: slot._id,
        resource: slot.resource,
        state: 'pending',
        note: '',
      },
      ...{
        household: new Types.ObjectId(),
        bookedBy: new Types.ObjectId(),
        students: [new Types.ObjectId()],
      },
      ...{ from: slot.from, to: slot.to, byKey: 'late', createdAt: new Date(), expiresAt: new Date() },
    });
    await work();
    assert.deepEqual(await traces(ids), []);
  });
});

/** Runs some work whose writes fail from the n-th on, as those of a killed process do. @returns whether it came to that */
async function dieAfter(writes: number, work: () => Promise<void>): Promise<boolean> {
  const exec = mongoose.Query.prototype.exec;
  let left = writes;
  let died = false;
  mongoose.Query.prototype.exec = async function (this: mongoose.Query<unknown, unknown> & { op: string }) {
    if (/^(delete|update)/.test(this.op) && left-- <= 0) {
      died = true;
      throw new Error('killed');
    }
    return exec.call(this);
  } as typeof exec;
  try {
    await work().catch((error: unknown) => assert.ok(died, String(error)));
  } finally {
    mongoose.Query.prototype.exec = exec;
  }
  return died;
}
