import assert from 'node:assert/strict';
import mongoose, { Types } from 'mongoose';
import { RECURRING } from '../../jobs/schedule.js';
import '../../server/app.js';
import { LIFETIMES } from '../../server/database/lifetimes.js';
import '../../server/models/agenda-job.js';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Claim } from '../../server/models/claim.js';
import { Diary } from '../../server/models/diary.js';
import { Notification } from '../../server/models/notification.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { SyncLog } from '../../server/models/sync-log.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { bookSlot, EVE, makeConference, makeHousehold, wishOf } from '../support/booking/conference.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { asApp } from '../support/scans.js';

const DAY_MS = 24 * 3600_000;
const START = new Date('2026-01-01T00:00:00Z');
const after = (days: number): Date => new Date(START.getTime() + days * DAY_MS);

/** Collections that stay until a person deletes what is in them, or as long as what they belong to. */
const STAYS = [
  ['account', 'appointment', 'class', 'contact', 'event', 'household', 'resource', 'school', 'slot', 'user'],
  // Parts of an event that go with it.
  ['draw', 'drawEntry', 'interpreter'],
  // The mirror of what the source says now, one document a record.
  ['term', 'course', 'section'],
  // A decision about two people lasts as long as they do.
  ['duplicate'],
  // Who wants no mails wants none until they say otherwise.
  ['unsubscription'],
  // A school's, until it chooses another.
  ['logo'],
  // A step that was done once for all.
  ['upgrade'],
].flat();
/** Deleted by code of their own: `delete-runs.ts`, `delete-bookkeeping.ts`, and Agenda, which removes a job that is done. */
const ELSEWHERE = ['syncRun', 'rosterRun', 'claim', 'diary', 'agendaJobs'];

describe('what has lived its time', () => {
  it('is told of every collection: it has a lifetime, or a reason to stay', () => {
    const expiring = Object.values(mongoose.models).filter(({ schema }) =>
      schema.indexes().some(([, options]) => options.expireAfterSeconds !== undefined),
    );
    const told = [
      ...STAYS,
      ...ELSEWHERE,
      ...LIFETIMES.map(({ collection }) => collection.collection.name),
      ...expiring.map(({ collection }) => collection.name),
    ];
    const all = Object.values(mongoose.models).map(({ collection }) => collection.name);
    assert.deepEqual(
      all.filter((name) => !told.includes(name)),
      [],
    );
    assert.deepEqual(
      told.filter((name, at) => told.indexOf(name) !== at),
      [],
    );
  });

  let test: TestApp;
  const account = new Types.ObjectId();

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
  });

  const deleteAt = async (now: Date): Promise<void> => {
    test.setNow(now);
    const job = RECURRING.find(({ name }) => name === 'delete-old')!;
    await asApp(() => job.run(test.deps, new AbortController().signal));
  };
  let made = 0;
  /** An id of that day. */
  const idOf = (day: number): Types.ObjectId => {
    const time = Types.ObjectId.createFromTime(after(day).getTime() / 1000).toHexString();
    return new Types.ObjectId(time.slice(0, 8) + (++made).toString(16).padStart(16, '0'));
  };

  it('goes: mails, the audit and logs, each after its own time and in batches, and nothing before', async () => {
    const mail = {
      kind: 'news',
      to: 'a@example.org',
      subject: 'S',
      text: 'T',
      nextAt: START,
      createdAt: START,
      secret: false,
    };
    const mailOf = (day: number, state: 'sent' | 'kept' | 'queued') => ({
      ...mail,
      _id: idOf(day),
      state,
      key: `${String(made)} ${state}`,
    });
    await Notification.create([
      mailOf(0, 'sent'),
      mailOf(0, 'kept'),
      mailOf(0, 'queued'),
      mailOf(700, 'sent'),
    ]);
    const entries = Array.from({ length: 1201 }, () => ({
      _id: idOf(0),
      account,
      at: START,
      action: 'x',
      targets: [],
    }));
    await AuditEntry.insertMany([...entries, { ...entries[0], _id: idOf(700) }]);
    await SyncLog.create(
      [0, 600].map((day) => ({
        _id: idOf(day),
        account,
        run: account,
        at: START,
        level: 'info' as const,
        sourceIds: [],
      })),
    );
    await deleteAt(after(179));
    assert.deepEqual(
      [
        await Notification.countDocuments(),
        await AuditEntry.countDocuments(),
        await SyncLog.countDocuments(),
      ],
      [4, 1202, 2],
    );
    await deleteAt(after(24 * 31 + 1));
    assert.deepEqual(
      [
        await Notification.countDocuments(),
        await AuditEntry.countDocuments(),
        await SyncLog.countDocuments(),
      ],
      [2, 1, 1],
    );
    assert.equal(await Notification.countDocuments({ state: 'queued' }), 1);
  });

  it('keeps the newest runs of each event and account, however old, and those that are not over', async () => {
    const [event, other] = [new Types.ObjectId(), new Types.ObjectId()];
    const run = (of: Types.ObjectId, day: number, state: 'done' | 'queued' = 'done') => ({
      _id: idOf(day),
      account,
      event: of,
      trigger: 'nightly' as const,
      state,
      createdAt: after(day),
      stages: [],
    });
    await SyncRun.insertMany([
      run(event, 0, 'queued'),
      ...Array.from({ length: 70 }, (_, day) => run(event, day)),
      ...Array.from({ length: 3 }, (_, day) => run(other, day)),
    ]);
    await RosterRun.insertMany(
      Array.from({ length: 60 }, (_, day) => ({
        _id: idOf(day),
        account,
        state: 'done',
        createdAt: after(day),
        stages: [],
      })),
    );
    await deleteAt(after(24 * 31 + 100));
    assert.equal(await SyncRun.countDocuments({ event, state: 'done' }), 50);
    assert.equal(await SyncRun.countDocuments({ event, state: 'done', createdAt: { $lt: after(20) } }), 0);
    assert.equal(await SyncRun.countDocuments({ event, state: 'queued' }), 1);
    assert.equal(await SyncRun.countDocuments({ event: other }), 3);
    assert.equal(await RosterRun.countDocuments(), 50);
  });

  it('takes claims and diaries of an event that is long over, and leaves its appointments', async () => {
    const fair = await makeConference();
    test.setNow(EVE);
    const household = await makeHousehold(fair.account._id, fair.students.slice(0, 1));
    assert.ok((await bookSlot(test.deps, wishOf(fair, household, fair.teachers[0]!.slots[0]!))).ok);
    const count = async (): Promise<number[]> => [await Claim.countDocuments(), await Diary.countDocuments()];
    const before = await count();
    assert.ok(
      before.every((number) => number > 0),
      String(before),
    );
    await deleteAt(new Date(EVE.getTime() + 50 * DAY_MS));
    assert.deepEqual(await count(), before);
    await deleteAt(new Date(EVE.getTime() + 65 * DAY_MS));
    assert.deepEqual(await count(), [0, 0]);
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
  });
});
