import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Resource } from '../../server/models/resource.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { decideWithheldOfAccount, decideWithheldOfEvent } from '../../server/review/run/decide-withheld.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import { bookable, bookIn } from '../support/roster/appointments.js';
import { startDistrict, type TestDistrict } from '../support/roster/district.js';
import { EMPTY, LISTS, TroubledSource, type Trouble } from '../support/roster/troubled-source.js';
import { sayResult } from '../support/say-run.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';
import { runs } from '../support/seed.js';

const RUNS = runs(6);
const by = new Types.ObjectId();
type Verdict = 'accept' | 'reject';

/** What is wrong with one download, and what a person decides about the withheld removals. */
interface Night extends Trouble {
  ofAccount: Verdict;
  ofEvent: Verdict;
  /** Whether an acceptance is undone at once. */
  undo: boolean;
}

const verdict = fc.constantFrom<Verdict>('accept', 'reject');
const night: fc.Arbitrary<Night> = fc.record({
  spoilt: fc.subarray([...LISTS], { minLength: 1 }),
  ties: fc.constantFrom('students', 'teachers', 'few', 'few', 'none'),
  how: fc.constantFrom(...EMPTY),
  guardians: fc.boolean(),
  ofAccount: verdict,
  ofEvent: verdict,
  undo: fc.boolean(),
});

describe('lost ties and unreadable rows in one download', () => {
  let district: TestDistrict;
  let source: TroubledSource;
  let events: Types.ObjectId[];
  let base: Snapshot;
  let first: string[];

  before(async () => {
    district = await startDistrict({ students: 60 });
    source = new TroubledSource(district);
    events = await source.openEvents();
    for (const event of events)
      for (const item of (await bookable(event)).slice(0, 3))
        await bookIn(item, item.synced.students[0] ?? assert.fail());
    first = await state();
    base = await takeSnapshot();
  });
  after(() => district.close());

  it('only people whose removal was accepted leave, whatever else was rejected, and undone afterwards', async () => {
    const seen = { accept: 0, reject: 0, undone: 0, both: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(night, { minLength: 1, maxLength: 3 }), async (nights) => {
        await restoreSnapshot(base);
        try {
          for (const one of nights) await pass(one, seen);
        } finally {
          source.restore();
        }
        await sync();
        isSame(await state(), first, 'once the district tells all again');
        assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
      }),
      { numRuns: RUNS },
    );
    for (const [what, count] of Object.entries(seen)) assert.ok(count > 0, `${what}: ${String(count)}`);
  });

  async function pass(one: Night, seen: Record<Verdict | 'undone' | 'both', number>): Promise<void> {
    const before = await state();
    await source.trouble(one);
    await sync();
    isSame(await state(), before, 'nothing changes before somebody decides');
    if ((await findWithholding()).length > 1) seen.both += 1;
    for (const isOfEvent of [false, true]) {
      // The decision about the account's part may have settled what the event withholds.
      const withholding = (await findWithholding()).find(({ event }) => (event !== undefined) === isOfEvent);
      if (!withholding) continue;
      const { run, event } = withholding;
      const asIs = await state();
      const targets = await RosterChange.distinct('target', { run, state: 'withheld' });
      const said = event ? one.ofEvent : one.ofAccount;
      seen[said] += 1;
      const last = await decide(run, event, said);
      if (said === 'reject') isSame(await state(), asIs, 'rejected, nothing changes');
      else assert.deepEqual(await strangers(asIs, targets), [], 'nobody else goes');
      if (said === 'accept' && one.undo && (await undo(last, !event))) {
        seen.undone += 1;
        isSame(await state(), asIs, 'undone, all is as before the decision');
      }
    }
    const settled = await state();
    await sync();
    isSame(await state(), settled, 'the night after finds nothing more');
  }

  async function sync(): Promise<void> {
    for (const event of events) {
      const run = await district.sync(event);
      assert.equal(run.state, 'done', sayResult(run));
    }
  }

  /** The runs that withhold something, the account's first. */
  async function findWithholding(): Promise<{ run: Types.ObjectId; event?: Types.ObjectId }[]> {
    const withheld = await RosterChange.find({ state: 'withheld' }, { run: 1, event: 1 })
      .sort({ event: 1 })
      .lean();
    return [
      ...new Map(
        withheld.map(({ run, event }) => [String(run), { run, ...(event ? { event } : {}) }]),
      ).values(),
    ];
  }

  /** @returns the event's run that followed */
  async function decide(
    id: Types.ObjectId,
    event: Types.ObjectId | undefined,
    said: Verdict,
  ): Promise<SyncRun> {
    const as = { verdict: said, by, reason: 'looked' };
    const decided = event
      ? await decideWithheldOfEvent(district.deps, await SyncRun.findById(id).orFail().lean(), as)
      : await decideWithheldOfAccount(district.deps, await RosterRun.findById(id).orFail().lean(), as);
    assert.ok(decided.ok, decided.ok ? '' : decided.reason);
    const done = await district.work(decided.run);
    assert.equal(done.state, 'done', sayResult(done));
    return SyncRun.findOne(event ? { _id: decided.run } : { refresh: decided.run })
      .orFail()
      .lean();
  }

  /** @returns whether it still was the last run to change something */
  async function undo(run: SyncRun, whole: boolean): Promise<boolean> {
    const undone = await undoRun(district.deps, run, { by, reason: '', whole, stopNightly: false });
    if (!undone.ok) return false;
    const { refresh } = await SyncRun.findById(undone.run).orFail().lean();
    await district.work(undone.run);
    // The other event's part of the same roster run.
    for (const { _id } of await SyncRun.find({ state: 'queued', ...(refresh ? { refresh } : {}) }).lean())
      await district.work(_id);
    assert.deepEqual(await SyncRun.distinct('state', { purpose: 'undo' }), ['done']);
    return true;
  }
});

/** Who is here, in which classes, who has slots, and what is booked: one line each, which begins with its subject. */
async function state(): Promise<string[]> {
  const classes = await Class.find().lean();
  const ids = (list: Types.ObjectId[]) => list.map(String).sort().join();
  const lines = [
    ...(await Contact.find().lean()).map(
      ({ _id, status, relations }) =>
        `contact ${String(_id)} ${status} ${relations
          .map(({ student }) => student)
          .sort()
          .join()}`,
    ),
    ...classes.map(
      ({ _id, section, status, synced: { name, teachers, students } }) =>
        `class ${String(section)} ${String(_id)} ${status} ${name} ${ids(teachers)} | ${ids(students)}`,
    ),
    ...(await Resource.find().lean()).map(({ _id, status }) => `resource ${String(_id)} ${status}`),
    ...(await Appointment.find().lean()).map(
      (one) => `appointment ${String(one.class)} ${String(one._id)} ${one.state}`,
    ),
  ];
  return lines.sort();
}

/** The lines of people and classes that are gone although nobody accepted their removal. */
async function strangers(before: string[], targets: Types.ObjectId[]): Promise<string[]> {
  const now = new Set(await state());
  const sections = await Class.find({ section: { $in: targets } }, { _id: 1 }).lean();
  const allowed = new Set([...targets, ...sections.map(({ _id }) => _id)].map(String));
  const gone = before.filter((line) => !now.has(line) && !line.startsWith('resource'));
  return gone.filter((line) => !line.split(' ').some((word) => allowed.has(word)));
}

/** Only the differences between two states. */
function isSame(now: string[], wanted: string[], when: string): void {
  const [has, should] = [new Set(now), new Set(wanted)];
  const more = now.filter((line) => !should.has(line)).map((line) => `+ ${line}`);
  const less = wanted.filter((line) => !has.has(line)).map((line) => `- ${line}`);
  assert.deepEqual([...more, ...less].slice(0, 20), [], when);
}
