import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Types } from 'mongoose';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { confirmAppointment } from '../../server/booking/confirm-appointment.js';
import { holdSlot } from '../../server/booking/hold-slot.js';
import { AgendaJob } from '../../server/models/agenda-job.js';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Diary } from '../../server/models/diary.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { Slot } from '../../server/models/slot.js';
import { SlotMove, SlotMoveItem } from '../../server/models/slot-move.js';
import { WAIT_MS } from '../../server/moves/policy.js';
import { continueMoves } from '../../server/moves/run-move.js';
import { prepareDatabase } from '../../server/upgrades/prepare-database.js';
import { createTestApp, makeUser, Visitor, type TestApp } from '../support/app.js';
import {
  bookSlot,
  EVE,
  findDoubles,
  heldBy,
  makeConference,
  makeHousehold,
  wishOf,
  type Conference,
} from '../support/booking/conference.js';
import { hidden } from '../support/booking/desk.js';
import { interleave } from '../support/booking/interleave.js';
import { makeEvent, makeSlot, makeTeacher } from '../support/event.js';
import { until } from '../support/database/scratch.js';
import { startFaultyProxy, writeOf } from '../support/faulty-proxy.js';
import { emptyDatabase, testDatabaseUri } from '../support/hooks.js';
import { startWorkerProcess } from '../support/jobs/worker-process.js';
import { asApp } from '../support/scans.js';
import { startSmtp } from '../support/smtp.js';

const going = new AbortController().signal;
const MINUTE = 60_000;

describe('moving a day', () => {
  let test: TestApp;
  let fair: Conference;
  let admin: Visitor;
  let home: string;
  let now: Date;
  /** Of the first child with both teachers, of the second with the first: at 5:00, 5:10 and 5:10. */
  let booked: Appointment[];

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp({ SMTP_URL: 'smtp://127.0.0.1:9' });
    setNow(EVE);
    fair = await makeConference();
    home = `/events/${String(fair.event._id)}/slots`;
    admin = await new Visitor(test.app).logIn(await makeUser(fair.account._id, 'event administrator'));
    booked = [];
    for (const [child, list] of [
      [
        0,
        [
          [0, 0],
          [1, 1],
        ],
      ],
      [1, [[0, 1]]],
    ] as const) {
      const adult = await makeUser(fair.account._id, 'customer', { email: `adult${String(child)}@x.org` });
      const household = await makeHousehold(fair.account._id, [fair.students[child]!], adult._id);
      for (const [teacher, slot] of list) {
        const held = await bookSlot(test.deps, wishOf(fair, household, fair.teachers[teacher]!.slots[slot]!));
        assert.ok(held.ok);
        booked.push(await read(held.appointment));
      }
    }
    await Notification.deleteMany({});
  });

  function setNow(at: Date): void {
    now = at;
    test.setNow(at);
  }
  const read = async ({ _id }: { _id: Types.ObjectId }) => (await Appointment.findById(_id).lean())!;
  const work = () => asApp(() => continueMoves(test.deps, going));
  const form = {
    kind: 'move',
    day: '2026-11-24',
    toDay: '2026-12-01',
    notice: 'Snow <b>day</b>',
  };
  const preview = (change = {}) => admin.post(`${home}/move/preview`, { ...form, ...change }, `${home}/move`);
  const start = (change = {}) => admin.post(`${home}/move`, { ...form, ...change }, `${home}/move`);
  const shifted = ({ from }: { from: Date }, ms: number) => new Date(+from + ms);
  const WEEK = 7 * 24 * 60 * MINUTE;

  /** One line a fault: what is booked is at one time in its slot and in its two diaries, and nobody is at two places. */
  async function findFaults(): Promise<string[]> {
    const faults = await findDoubles(fair);
    for (const one of await Appointment.find({ state: { $in: ['booked', 'problem'] } }).lean()) {
      const slot = await Slot.findById(one.slot).lean();
      if (+slot!.from !== +one.from || +slot!.to !== +one.to) faults.push('not at its slot’s time');
      const entries = (await Diary.find({ 'busy.appointment': one._id }).lean()).flatMap(({ busy }) =>
        busy.filter(({ appointment }) => appointment.equals(one._id)),
      );
      if (entries.length !== 2 || entries.some(({ from }) => +from !== +one.from))
        faults.push(`diaries: ${entries.map(({ from }) => from.toISOString()).join()}`);
    }
    if ((await Slot.countDocuments({ state: 'unavailable', message: '' })) > 0) faults.push('locked');
    return faults;
  }

  it('the preview says what goes where, who is told and by when, and writes nothing', async () => {
    const page = await preview();
    assert.equal(page.status, 200);
    assert.match(page.text, /Move 6 slots\?/);
    assert.match(
      page.text,
      /6 slots for 2 teachers, with 3 appointments, go from Tuesday, November 24, 2026 to Tuesday, December 1, 2026\. The first begins at 5:00 PM/,
    );
    assert.match(page.text, /December 1, 2026 is added to the event’s days/);
    assert.match(page.text, /2 families are told by email in 5 minutes\. Until then you can undo this/);
    assert.match(page.text, /Your message: Snow &lt;b&gt;day/);
    assert.equal(await SlotMove.countDocuments(), 0);
    assert.match((await preview({ toDay: '2026-12-06' })).text, /is a Sunday/);
    assert.match((await preview({ toDay: '', toTime: '' })).text, /Enter another day, another time, or both/);
    assert.match((await preview({ room: 'None' })).text, /There are no slots to move/);
  });

  it('slots and appointments go together and keep what they are; families are told once, later', async () => {
    const key = hidden((await preview()).text, 'key');
    const answer = await start({ key });
    assert.equal(answer.status, 303);
    assert.equal((await start({ key })).headers.location, answer.headers.location);
    assert.deepEqual(test.asked.at(-1), { name: 'move-slots', key });
    await work();
    for (const before of booked) {
      const after = await read(before);
      assert.equal(after.state, 'booked');
      assert.deepEqual([after.from, after.slot], [shifted(before, WEEK), before.slot]);
      assert.deepEqual(after.entry, { first: before._id, changes: 1 });
      const held = await heldBy(before._id);
      assert.equal(held.length, 9);
      assert.deepEqual(
        held.filter((id) => id.startsWith('limit-day:')).map((id) => id.split(':')[3]),
        ['2026-12-01'],
      );
    }
    assert.deepEqual(await findFaults(), []);
    assert.deepEqual((await Event.findById(fair.event._id).lean())?.days, ['2026-11-24', '2026-12-01']);
    const page = await admin.get(answer.headers.location ?? '');
    assert.match(page.text, /6 slots are moved[\s\S]*Families are told by email at 12:05 PM[\s\S]*Undo/);
    assert.equal(await Notification.countDocuments(), 0);
    setNow(new Date(+now + WAIT_MS));
    await work();
    await work();
    const mails = await Notification.find().lean();
    assert.equal(mails.length, 2);
    assert.ok(
      mails.every(({ text, ics }) => text.includes('Snow <b>day</b>') && ics?.includes('SEQUENCE:2')),
    );
    assert.match((await admin.get(answer.headers.location ?? '')).text, /are told/);
    assert.equal((await SlotMove.findOne().lean())?.state, 'done');
    const late = await admin.post(`${answer.headers.location ?? ''}/undo`, {}, `${home}/move`);
    assert.equal(late.status, 303);
    assert.equal((await SlotMove.findOne().lean())?.state, 'done');
    // Moved again, they are told again.
    await start({ day: '2026-12-01', toDay: '2026-12-02' });
    await work();
    setNow(new Date(+now + WAIT_MS));
    await work();
    assert.equal(await Notification.countDocuments(), 4);
    assert.deepEqual(await findFaults(), []);
  });

  it('is undone until families are told: everything is as it was and nobody hears of it', async () => {
    const answer = await start();
    await work();
    await admin.post(`${answer.headers.location ?? ''}/undo`, {}, `${home}/move`);
    await work();
    for (const before of booked) assert.deepEqual((await read(before)).from, before.from);
    assert.deepEqual(await findFaults(), []);
    setNow(new Date(+now + 2 * WAIT_MS));
    await work();
    assert.equal(await Notification.countDocuments(), 0);
    assert.match((await admin.get(answer.headers.location ?? '')).text, /Undone: everything is as it was/);
  });

  it('to a time that crosses the old one everything keeps its order; one teacher’s or one room’s goes alone', async () => {
    await start({ toDay: '', toTime: '17:10' });
    await work();
    for (const before of booked) assert.deepEqual((await read(before)).from, shifted(before, 10 * MINUTE));
    assert.deepEqual(await findFaults(), []);
    setNow(new Date(+now + WAIT_MS));
    await work();
    await start({ toDay: '', toTime: '17:00' });
    await work();
    for (const before of booked) assert.deepEqual((await read(before)).from, before.from);
    assert.deepEqual(await findFaults(), []);
    const room = await preview({ room: 'Room 11' });
    assert.match(room.text, /Move 3 slots\?/);
    await start({ teacher: String(fair.teachers[1]!.resource._id) });
    await work();
    assert.equal(await Slot.countDocuments({ day: '2026-12-01' }), 3);
    assert.deepEqual((await read(booked[0]!)).from, booked[0]!.from);
  });

  it('what cannot move is listed with why, before and after, and stays whole', async () => {
    const [, second] = fair.teachers;
    const contact = second!.contact._id;
    // The second teacher has a slot of another event then; of the first one a slot lies there already.
    const other = await makeEvent(fair.account._id, { name: 'Other', days: ['2026-12-01'] });
    const same = await makeTeacher(other, 'Mr Park', { contact });
    await makeSlot(other, same, '2026-12-01T17:00');
    await makeSlot(fair.event, fair.teachers[0]!.resource, '2026-12-01T17:05');
    const page = await preview();
    assert.match(page.text, /Move 3 slots\?/);
    assert.match(page.text, /3 slots stay where they are/);
    assert.match(page.text, /The teacher has another slot then/);
    assert.match(page.text, /The teacher has a slot in another event then/);
    assert.match(page.text, /Move them anyway/);
    assert.match((await preview({ elsewhere: '1' })).text, /Move 4 slots\?/);
    const night = await preview({ toDay: '', toTime: '23:45' });
    assert.match(night.text, /It would go past midnight/);
    // The family is somewhere else at the new time of one meeting, which is found when it moves.
    const [busy] = booked;
    await Slot.deleteMany({ day: '2026-12-01', event: fair.event._id });
    const taken = await makeSlot(other, same, '2026-12-01T20:00');
    const meeting = await Appointment.create({
      ...{
        account: fair.account._id,
        event: other._id,
        slot: taken._id,
        resource: same._id,
        state: 'booked',
      },
      ...{ household: busy!.household, bookedBy: busy!.bookedBy, students: busy!.students, byKey: 'other' },
      ...{ from: shifted(busy!, WEEK), to: new Date(+busy!.to + WEEK), createdAt: now },
    });
    await Diary.create({
      _id: `${String(busy!.household)}:2026-12-01`,
      account: fair.account._id,
      busy: [{ from: meeting.from, to: meeting.to, slot: taken._id, appointment: meeting._id }],
    });
    assert.match((await preview()).text, /The family has another appointment then/);
    const answer = await start({ elsewhere: '1' });
    await work();
    assert.deepEqual((await read(busy!)).from, busy!.from);
    assert.match(
      (await admin.get(answer.headers.location ?? '')).text,
      /1 slot stays[\s\S]*The family has another appointment then/,
    );
    assert.equal(await Slot.countDocuments({ event: fair.event._id, day: '2026-12-01' }), 5);
    await Appointment.deleteOne({ _id: meeting._id });
    await Diary.updateMany({}, { $pull: { busy: { appointment: meeting._id } } });
    assert.deepEqual(await findFaults(), []);
  });

  it('a longer meeting goes with all of its slots, or stays with all of them and says why', async () => {
    await Event.updateOne({ _id: fair.event._id }, { $set: { 'booking.inARow': 2 } });
    fair = { ...fair, event: (await Event.findById(fair.event._id).lean())! };
    const [lee] = fair.teachers;
    const short = booked[2]!;
    const student = fair.students.find(({ _id }) => short.students[0]!.equals(_id))!;
    const actor = { user: short.bookedBy };
    await asApp(() => cancelAppointment(test.deps, { appointment: short, by: 'school', actor }));
    const family = await makeHousehold(fair.account._id, [student]);
    const held = await bookSlot(test.deps, wishOf(fair, family, lee!.slots[1]!), 2);
    assert.ok(held.ok);
    const longer = held.appointment;
    const diaries = async () =>
      (await Diary.find({ 'busy.appointment': longer._id }).lean())
        .flatMap(({ busy }) => busy.filter(({ appointment }) => appointment.equals(longer._id)))
        .map(({ from }) => +from)
        .sort();

    // Where its second slot would go, another one lies.
    await makeSlot(fair.event, lee!.resource, '2026-12-01T17:25');
    assert.match((await preview()).text, /A longer appointment also needs another slot, which can’t move/);
    await start();
    await work();
    const stays = await read(longer);
    assert.deepEqual([stays.from, stays.to, stays.more], [longer.from, longer.to, longer.more]);
    for (const slot of lee!.slots.slice(1))
      assert.deepEqual((await Slot.findById(slot._id).lean())?.from, slot.from);
    assert.deepEqual((await read(booked[0]!)).from, shifted(booked[0]!, WEEK));

    await Slot.deleteMany({ resource: lee!.resource._id, day: '2026-12-01' });
    await Appointment.deleteOne({ _id: booked[0]!._id });
    setNow(new Date(+now + WAIT_MS));
    await work();
    await start();
    await work();
    const went = await read(longer);
    assert.deepEqual([went.from, went.to], [shifted(longer, WEEK), new Date(+longer.to + WEEK)]);
    const begins = lee!.slots.slice(1).map((slot) => +shifted(slot, WEEK));
    assert.deepEqual(await diaries(), [...begins, ...begins].sort());
    assert.deepEqual(await findDoubles(fair), []);
  });

  it('what staff set aside for an appointment stays set aside; who joined a slot meanwhile is settled by the job', async () => {
    await Event.updateOne({ _id: fair.event._id }, { $set: { 'booking.perTeacherAndDay': 1 } });
    await Appointment.updateOne(
      { _id: booked[0]!._id },
      {
        $set: { override: { rules: ['day limit'], reason: 'Twins', by: booked[0]!.bookedBy, at: EVE } },
      },
    );
    await start({ toTime: '18:00' });
    await work();
    assert.equal(await Slot.countDocuments({ event: fair.event._id, day: '2026-12-01' }), 6);
    // As one is left who was entered at the old time, which the move then took out.
    const slot = booked[0]!.slot;
    const joined = fair.teachers[1]!;
    await Slot.updateOne({ _id: slot }, { $set: { with: [joined.resource._id] } });
    await expireHolds(test.deps, going);
    const theirs = { _id: new RegExp(`^${String(joined.contact._id)}:`), 'busy.slot': slot };
    assert.equal(await Diary.countDocuments(theirs), 1);
    assert.equal(await Slot.countDocuments({ unsettled: true }), 0);
    // Who joined is asked by the next preview too: at 6:10 they have their own.
    const own = { teacher: String(fair.teachers[0]!.resource._id), day: '2026-12-01' };
    await Slot.deleteMany({ resource: joined.resource._id, _id: { $ne: booked[1]!.slot } });
    const page = await preview({ ...own, toDay: '', toTime: '18:10' });
    assert.match(page.text, /The teacher has another appointment then/);
  });

  it('who was booked beyond the limit of a day pushes nobody out of it, though later slots move first', async () => {
    await Event.updateOne({ _id: fair.event._id }, { $set: { 'booking.perTeacherAndDay': 1 } });
    const { _id, bookedBy } = booked[2]!;
    const override = { rules: ['day limit'], reason: 'Twins', by: bookedBy, at: EVE };
    await Appointment.updateOne({ _id }, { $set: { override } });
    assert.doesNotMatch((await preview()).text, /as many appointments/);
    await start();
    await work();
    for (const before of booked) assert.deepEqual((await read(before)).from, shifted(before, WEEK));
    assert.deepEqual(await findFaults(), []);
  });

  it('a parent in the middle of booking is told that the time is gone, and has nothing', async () => {
    const adult = await makeUser(fair.account._id, 'customer');
    const household = await makeHousehold(fair.account._id, [fair.students[1]!], adult._id);
    const wish = wishOf(fair, household, fair.teachers[1]!.slots[2]!);
    const held = await holdSlot(test.deps, wish);
    assert.ok(held.ok);
    await start();
    await work();
    const late = await confirmAppointment(test.deps, {
      ...wish,
      appointment: held.appointment._id,
      note: '',
    });
    assert.equal(late.ok, false);
    assert.deepEqual(await heldBy(held.appointment._id), []);
    assert.deepEqual(await findFaults(), []);
  });

  it('canceled with nothing booked: what is asked is only that the times become unavailable', async () => {
    await Appointment.deleteMany({});
    const { text } = await preview({ kind: 'cancel' });
    assert.match(text, /Make 6 slots unavailable\?[\s\S]*Nobody is told: nothing is booked/);
    assert.doesNotMatch(text, /0 appointments|book again/);
  });

  it('canceled: closed at once, canceled and told with the words of the office later; undone until then', async () => {
    const page = await preview({ kind: 'cancel' });
    assert.match(
      page.text,
      /Cancel 3 appointments\?[\s\S]*6 slots for 2 teachers[\s\S]*can’t be booked from now on/,
    );
    const first = await start({ kind: 'cancel', notice: '' });
    await work();
    // No English of ours on the times that a Spanish family reads.
    assert.deepEqual(await Slot.distinct('message'), ['']);
    assert.equal(await Slot.countDocuments({ state: 'unavailable' }), 6);
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 3);
    await admin.post(`${first.headers.location ?? ''}/undo`, {}, `${home}/move`);
    await work();
    assert.equal(await Slot.countDocuments({ state: 'visible' }), 6);
    await start({ kind: 'cancel' });
    await work();
    setNow(new Date(+now + WAIT_MS));
    await work();
    await work();
    assert.equal(await Appointment.countDocuments({ state: 'cancelled', cancelledBy: 'school' }), 3);
    const mails = await Notification.find().lean();
    assert.equal(mails.length, 2);
    assert.ok(
      mails.every(({ text }) => text.includes('Snow <b>day</b>') && text.includes(`/e/${fair.event.link}`)),
    );
    for (const one of booked) assert.deepEqual(await heldBy(one._id), []);
  });

  it('a worker that dies at any step is succeeded by another: nothing is half done and nobody is told twice', async () => {
    const answer = await start({ toDay: '', toTime: '17:10' });
    const [, , , id] = /(\/slots\/moves\/)((.{24}))$/.exec(answer.headers.location ?? '') ?? [];
    assert.ok(id);
    // Each turn a worker dies some steps on; the state that it leaves is always whole once the next one is through.
    let died = 0;
    for (
      let steps = 3;
      (await SlotMove.findById(id).lean())?.state === 'running' && died < 60;
      steps += 7, died++
    ) {
      setNow(new Date(+now + 61_000));
      await interleave(
        [{ name: 'worker', dieAfter: steps, run: () => continueMoves(test.deps, going) }],
        () => 0,
      );
    }
    assert.ok(died > 5);
    assert.equal((await SlotMove.findById(id).lean())?.state, 'waiting');
    assert.equal(await SlotMoveItem.countDocuments({ state: 'done' }), 6);
    for (const before of booked) {
      const after = await read(before);
      assert.deepEqual([after.from, after.entry?.changes], [shifted(before, 10 * MINUTE), 1]);
    }
    assert.deepEqual(await findFaults(), []);
    assert.equal(await Slot.countDocuments({ state: 'visible' }), 6);
    setNow(new Date(+now + WAIT_MS));
    for (let steps = 3; (await SlotMove.findById(id).lean())?.state !== 'done' && steps < 200; steps += 5) {
      setNow(new Date(+now + 61_000));
      await interleave(
        [{ name: 'worker', dieAfter: steps, run: () => continueMoves(test.deps, going) }],
        () => 0,
      );
    }
    assert.equal(await Notification.countDocuments(), 2);
    const keys = await Notification.distinct('key');
    assert.equal(keys.length, 2);
  });

  /** Which write the worker is at when it is killed: while it closes slots, while it cancels, and while it tells. */
  const moments: ['running' | 'telling', string, RegExp][] = [
    ['running', 'closes slots', writeOf('slot')],
    ['telling', 'cancels', writeOf('appointment')],
    // Delivery, too, writes to the outbox, but puts nothing in.
    ['telling', 'tells a family', /insert\0.{4}notification\0/s],
  ];
  for (const [state, what, write] of moments)
    it(`canceled, and the worker killed while it ${what}: another ends it, each once`, async () => {
      const smtp = await startSmtp();
      const dataDir = await mkdtemp(path.join(tmpdir(), 'slotbell-move-'));
      const env = { SMTP_URL: smtp.url, DATA_DIR: dataDir };
      await AuditEntry.deleteMany({});
      await start({ kind: 'cancel' });
      if (state === 'telling') await work();
      // The process has a clock of its own.
      const due = () =>
        SlotMove.updateMany(
          {},
          { $unset: { leaseUntil: 1 }, ...(state === 'telling' ? { $set: { tellAt: new Date(0) } } : {}) },
        );
      await due();
      // Else the worker does so at its start.
      await prepareDatabase();
      const proxy = await startFaultyProxy(testDatabaseUri());
      const reached = proxy.holdAfter(write);
      const killed = startWorkerProcess(test, { env: { ...env, MONGODB_URI: proxy.uri } });
      try {
        await reached;
      } finally {
        killed.kill('SIGKILL');
        await once(killed, 'exit');
        await proxy.close();
      }
      assert.equal((await SlotMove.findOne().lean())?.state, state);
      // Its leases run out.
      await due();
      await AgendaJob.deleteMany({});
      const next = startWorkerProcess(test, { env });
      try {
        const isIn = async (wanted: string) => (await SlotMove.findOne().lean())?.state === wanted;
        if (state === 'running') {
          await until(() => isIn('waiting'));
          assert.equal(await Appointment.countDocuments({ state: 'booked' }), 3);
          await SlotMove.updateMany({}, { $set: { tellAt: new Date(0) } });
        }
        await until(() => isIn('done'));
        await until(async () => (await Notification.countDocuments({ state: 'sent' })) >= 2);
        await until(async () => !(await Appointment.exists({ unfinished: true })));
      } finally {
        next.kill('SIGTERM');
        await once(next, 'exit');
        await smtp.close();
        await rm(dataDir, { recursive: true, force: true });
      }
      assert.equal(await Slot.countDocuments({ state: 'unavailable', message: form.notice }), 6);
      assert.equal(await Appointment.countDocuments({ state: 'cancelled', cancelledBy: 'school' }), 3);
      for (const one of booked) {
        assert.deepEqual(await heldBy(one._id), []);
        assert.ok((await AuditEntry.countDocuments({ action: 'cancel appointment', targets: one._id })) <= 1);
      }
      assert.equal(await Diary.countDocuments({ 'busy.0': { $exists: true } }), 0);
      assert.equal(await Notification.countDocuments(), 2);
      assert.deepEqual(smtp.mails.map(({ to }) => to).sort(), ['adult0@x.org', 'adult1@x.org']);
      assert.equal(new Set(smtp.mails.map(({ messageId }) => messageId)).size, 2);
    });
});
