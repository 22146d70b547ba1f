import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Account } from '../../server/models/account.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { readLog, type LogLine } from '../../server/review/journal/read-log.js';
import { Section } from '../../server/models/section.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { applyRun } from '../../server/review/run/apply-run.js';
import { decideWithheldOfAccount } from '../../server/review/run/decide-withheld.js';
import { runRoster } from '../../server/sync/runs/run-roster.js';
import { startSync } from '../../server/sync/runs/start-sync.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import { makeUser } from '../support/app.js';
import { asApp } from '../support/scans.js';
import { bookable, bookIn } from '../support/roster/appointments.js';
import { live, type Lived } from '../support/roster/crash.js';
import { runNow, startDistrict, type TestDistrict } from '../support/roster/district.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';
import { takeOver } from '../support/roster/take-over.js';
import { wholeRoster } from '../support/roster/whole-roster.js';
import { sayResult } from '../support/say-run.js';

const by = new Types.ObjectId();
/** How many points are tried. CRASH_POINTS=1000 tries more, or all. */
const MORE = Number(process.env.CRASH_POINTS ?? 0);

/** What must be equal, whether or not a worker was killed on the way. */
interface Outcome {
  roster: unknown;
  log: string[];
  results: string[];
  withheld: string[];
  doubts: string[];
  mails: string[];
  runs: string[];
}

describe('a worker killed at any point', () => {
  let district: TestDistrict;
  let base: Snapshot;

  before(async () => {
    district = await startDistrict({ students: 40 });
    await makeUser(district.account, 'administrator', { email: 'head@example.org' });
    await district.sync();
    await Event.updateOne({ _id: district.event }, { $set: { 'sync.on': true } });
    await decideAboutClasses(district.event);
    base = await takeSnapshot();
    changeEverything(district);
  });
  after(() => district.close());

  /** The runs that are killed: the state before, and what is asked for. */
  const kinds: {
    name: string;
    points: number;
    ready: () => Promise<void>;
    ask: () => Promise<Types.ObjectId>;
    undone: boolean;
  }[] = [
    { name: 'a sync', points: 30, ready: () => Promise.resolve(), ask: askSync, undone: true },
    { name: 'a preview that is applied', points: 4, ready: preview, ask: askApply, undone: true },
    { name: 'withheld removals that are accepted', points: 4, ready: sync, ask: askAccept, undone: false },
    { name: 'an undo', points: 4, ready: sync, ask: askUndo, undone: false },
  ];
  for (const { name, points, ready, ask, undone } of kinds) {
    describe(`of ${name}`, () => {
      let from: Snapshot;
      let writes: string[];
      let undisturbed: Outcome;
      let afterUndo: unknown;

      before(async () => {
        await restoreSnapshot(base);
        await ready();
        from = await takeSnapshot();
        const before = await wholeRoster();
        const run = await ask();
        ({ writes } = await work(run));
        await takeOver(district);
        undisturbed = await outcome();
        if (!undone) return;
        await undo(run);
        afterUndo = await wholeRoster();
        assert.deepEqual(here(await wholeRoster()), here(before), 'undo is exact');
      });

      const count = Math.max(points, MORE);
      for (let index = 1; index <= count; index += 1) {
        const half = index % 3 === 0;
        it(`${String(index)} of ${String(count)}${half ? ', a batch by half' : ''}: another worker finishes it as if nothing had happened`, async () => {
          let dieAt = Math.ceil((index * (writes.length - 2)) / count);
          const killRun = async () => {
            await restoreSnapshot(from);
            const id = await ask();
            return { id, ...(await work(id, dieAt, half)) };
          };
          let { id: run, killed } = await killRun();
          // Heartbeats and progress are written by the clock, so one of two equal runs may write a few times less.
          for (; !killed; { id: run, killed } = await killRun()) dieAt -= 1;
          await takeOver(district);
          const at = `killed at ${String(dieAt)}, ${writes[dieAt - 1] ?? ''}`;
          assert.deepEqual(await outcome(), undisturbed, at);
          if (!undone) return;
          await undo(run);
          assert.deepEqual(await wholeRoster(), afterUndo, `undo after: ${at}`);
        });
      }
    });
  }

  it('the points cover every kind of write that a sync makes', async () => {
    await restoreSnapshot(base);
    const { writes } = await work(await askSync());
    assert.equal(await Duplicate.countDocuments({ recycled: 'id', state: 'open' }), 1);
    const chosen = new Set(
      Array.from({ length: 30 }, (_, index) => writes[Math.ceil(((index + 1) * writes.length) / 30) - 1]),
    );
    for (const kind of ['rosterChange.insertMany', 'contact.bulkWrite', 'syncLog.insertMany'])
      assert.ok(chosen.has(kind), `${kind} is not among ${[...chosen].join()}`);
  });

  async function decideAboutClasses(event: Types.ObjectId): Promise<void> {
    const classes = await bookable(event);
    for (const item of classes.slice(0, 12)) await bookIn(item, item.synced.students[0] ?? by);
    const [deleted, hidden, renamed] = classes.slice(12);
    await Class.updateOne(
      { _id: deleted?._id },
      { $set: { status: 'deleted', deletedAt: new Date(), 'edits.room': '7' } },
    );
    await Class.updateOne({ _id: hidden?._id }, { $set: { 'edits.type': 'Hide' } });
    await Class.updateOne({ _id: renamed?._id }, { $set: { 'edits.name': 'Ours' } });
  }

  async function askSync(): Promise<Types.ObjectId> {
    const account = await Account.findById(district.account).orFail().lean();
    const event = await Event.findById(district.event).orFail().lean();
    const started = await startSync(district.deps, { account, event, trigger: 'sync now' });
    assert.ok(started.ok);
    return started.run;
  }
  async function askApply(): Promise<Types.ObjectId> {
    const applied = await applyRun(district.deps, await lastRun(), by);
    assert.ok(applied.ok);
    return applied.run;
  }
  async function askAccept(): Promise<Types.ObjectId> {
    const refresh = await district.refreshOf(await lastRun());
    const decided = await decideWithheldOfAccount(district.deps, refresh, {
      verdict: 'accept',
      by,
      reason: '',
    });
    assert.ok(decided.ok);
    return decided.run;
  }
  async function askUndo(): Promise<Types.ObjectId> {
    const asked = { by, reason: '', whole: true, stopNightly: false };
    const started = await undoRun(district.deps, await lastRun(), asked);
    assert.ok(started.ok);
    return started.run;
  }
  async function preview(): Promise<void> {
    await district.start({ trigger: 'preview', purpose: 'preview' });
  }
  async function sync(): Promise<void> {
    await district.sync();
  }
  const lastRun = () => SyncRun.findOne({ event: district.event }).sort({ createdAt: -1 }).orFail().lean();

  async function work(run: Types.ObjectId, dieAt?: number, half?: boolean): Promise<Lived> {
    const alone = await RosterRun.exists({ _id: run });
    const never = new AbortController().signal;
    return live(
      () =>
        alone ? asApp(() => runRoster(district.deps, run.toHexString(), never)) : runNow(district.deps, run),
      { ...(dieAt === undefined ? {} : { dieAt }), ...(half === undefined ? {} : { half }) },
    );
  }

  async function undo(run: Types.ObjectId): Promise<void> {
    const asked = { by, reason: '', whole: true, stopNightly: false };
    const started = await undoRun(district.deps, await SyncRun.findById(run).orFail().lean(), asked);
    assert.ok(started.ok);
    const undone = await district.work(started.run);
    assert.equal(undone.state, 'done', sayResult(undone));
    assert.equal(undone.counts.class?.refused ?? 0, 0);
  }
});

function here(lines: { here: boolean; text: string }[]): string[] {
  return lines.filter((line) => line.here).map(({ text }) => text);
}

async function outcome(): Promise<Outcome> {
  const withheld = await RosterChange.find({ state: 'withheld' }).lean();
  const rows = await readLog({}, { limit: 100_000 });
  const told = rows.map(({ run, kind, action, sourceId }) => [String(run), kind, action, sourceId].join(' '));
  assert.equal(new Set(told).size, told.length, 'nothing is told twice');
  const refreshes = await RosterRun.find().lean();
  const runs = [...(await SyncRun.find().lean()), ...refreshes];
  const settled = refreshes.filter(({ purpose }) => ['apply', 'accept'].includes(purpose));
  return {
    roster: await wholeRoster(),
    log: await logOf(rows),
    withheld: withheld.map(({ kind, sourceId }) => `${kind} ${sourceId}`).sort(),
    doubts: (await Duplicate.find().lean()).map(({ state, recycled, newcomer }) =>
      [state, recycled, newcomer?.id, newcomer?.hash].join(),
    ),
    mails: (await Notification.find().lean())
      .map(({ to, kind, subject }) => [to, kind, subject].join())
      .sort(),
    results: settled.map(sayResult),
    runs: runs.map(({ state, purpose, changed }) => [state, purpose, changed].join()).sort(),
  };
}

/** The entries of the runs' logs, with the source's ids in place of ours. */
async function logOf(rows: LogLine[]): Promise<string[]> {
  const documents = [...(await Section.find().lean()), ...(await Contact.find().lean())];
  const ids = new Map(documents.map(({ _id, record }) => [_id.toHexString(), record?.id]));
  const lines = rows.map(({ level, kind, action, sourceId, text }) =>
    [level, kind, action, ids.get(sourceId) ?? sourceId, text].join(' '),
  );
  return lines.sort();
}

/** Something new of every kind of record and of change; so many people leave that they are withheld. */
function changeEverything({ sandbox }: TestDistrict): void {
  sandbox.advanceNight();
  sandbox.change(sandbox.idOf('term', 0), { name: 'Another term' });
  sandbox.change(sandbox.idOf('course', 0), { name: 'Another course' });
  sandbox.remove(sandbox.idOf('course', 1));
  sandbox.change(sandbox.idOf('teacher', 0), { name: { first: 'Nova', last: 'Name' } });
  sandbox.remove(sandbox.idOf('teacher', 3));
  sandbox.change(sandbox.idOf('staff', 0), { email: 'nova@example.org' });
  // Somebody else has the id of a student who stays.
  sandbox.change(sandbox.idOf('student', 5), {
    name: { first: 'Wilhelmina', middle: '', last: 'Zzyzx' },
    roles: {
      student: {
        ...(sandbox.read(sandbox.idOf('student', 5))?.roles as { student: object }).student,
        dob: '1/2/2003',
      },
    },
  });
  for (let index = 10; index < 34; index += 1) sandbox.removeStudent(sandbox.idOf('student', index));
}
