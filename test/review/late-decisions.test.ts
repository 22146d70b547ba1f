import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { Section } from '../../server/models/section.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { decideWithheldOfAccount, decideWithheldOfEvent } from '../../server/review/run/decide-withheld.js';
import { runRoster } from '../../server/sync/runs/run-roster.js';
import { readLog } from '../../server/review/journal/read-log.js';
import { sayRemarks, sayResult } from '../support/say-run.js';
import { asApp } from '../support/scans.js';
import { live } from '../support/roster/crash.js';
import { makeEvent, runNow, type TestDistrict } from '../support/roster/district.js';
import { WithheldPeople } from '../support/roster/withheld-people.js';
import { restoreSnapshot, takeSnapshot } from '../support/snapshot.js';
import { takeOver } from '../support/roster/take-over.js';
import { decideWithheld } from '../support/roster/decide-withheld.js';

const by = new Types.ObjectId();
type Verdict = 'accept' | 'reject';

describe('what somebody decided about withheld removals while a sync ran', () => {
  let people: WithheldPeople;
  let district: TestDistrict;
  let withheld: RosterRun;
  beforeEach(async () => {
    people = new WithheldPeople();
    await people.begin();
    ({ district } = people);
    people.leave();
    withheld = await district.refreshOf(await district.sync());
    assert.equal(withheld.counts.student?.withheld, 40);
  });
  afterEach(() => district.close());

  const student = (index: number) => people.student(index);
  const students = (from: number, to: number) => people.students(from, to);
  const gone = () => people.gone();
  const waiting = () => people.waiting();
  /** Three students come back. So many others leave, who are not on the list that somebody saw, that they wait separately. */
  const goOn = () => {
    for (let index = 39; index >= 37; index -= 1) district.sandbox.restore(student(index));
    for (const id of students(40, 62)) district.sandbox.removeStudent(id);
  };
  const decide = async (verdict: Verdict) => {
    const decided = await decideWithheldOfAccount(district.deps, withheld, { verdict, by, reason: 'looked' });
    assert.ok(decided.ok);
    return decided.run;
  };
  /** Somebody decides while a second sync reads its lists. */
  const decideMeanwhile = async (verdict: Verdict) => {
    goOn();
    const asked = district.sandbox.nextRequest(/role=student/).then(() => decide(verdict));
    const run = await district.sync();
    assert.equal(run.state, 'done', sayResult(run));
    return { decision: await asked, run };
  };
  const settled = async (run: Types.ObjectId) => RosterRun.findById(run).orFail().lean();

  it('accepted: people on the list who are still missing leave, and nobody else', async () => {
    const { decision, run } = await decideMeanwhile('accept');
    await district.work(decision);
    assert.deepEqual(await gone(), students(0, 37).sort());
    assert.deepEqual(await waiting(), students(40, 62).sort());
    const done = await settled(decision);
    assert.match(sayResult(done), /^37 students removed/);
    assert.match(sayRemarks(done).join(), /Not on the list you reviewed: 22 students/);
    assert.deepEqual([done.by, done.reason, done.of], [by, 'looked', withheld._id]);
    // Those are a separate question.
    await decideWithheld(district, await district.refreshOf(run));
    assert.deepEqual(await waiting(), []);
    assert.equal((await gone()).length, 59);
  });

  it('rejected: people on the list who are still missing stay for good', async () => {
    const { decision } = await decideMeanwhile('reject');
    await district.work(decision);
    assert.deepEqual(await gone(), []);
    assert.deepEqual(await waiting(), students(40, 62).sort());
    const kept = await Contact.distinct('record.id', { 'record.kept': { $exists: true }, type: 'student' });
    assert.deepEqual(kept.map(String).sort(), students(0, 37).sort());
    assert.equal(sayResult(await settled(decision)), 'The reviewed records stay.');
  });

  it('has no effect if all came back, and the page says so', async () => {
    for (const verdict of ['accept', 'reject'] as const) {
      const asked = district.sandbox.nextRequest(/role=student/).then(() => decide(verdict));
      for (let index = 39; index >= 0; index -= 1) district.sandbox.restore(student(index));
      await district.sync();
      const run = await asked;
      await district.work(run);
      assert.match(sayResult(await settled(run)), /^There was nothing left to (remove|review)\.$/);
      assert.deepEqual([await gone(), await waiting()], [[], []]);
      for (let index = 0; index < 40; index += 1) district.sandbox.removeStudent(student(index));
      withheld = await district.refreshOf(await district.sync());
    }
  });

  it('is followed through every sync that comes before it', async () => {
    const { decision } = await decideMeanwhile('accept');
    district.sandbox.removeStudent(student(62));
    await district.sync();
    await district.work(decision);
    assert.deepEqual(await gone(), students(0, 37).sort());
    assert.deepEqual(await waiting(), students(40, 63).sort());
  });

  it('reaches the classes of an event that synced by hand with the sync that ran', async () => {
    const { sync } = await Event.findById(district.event).orFail().lean();
    const other = await makeEvent(district.account, sync, 'Spring conferences');
    await district.sync(other);
    withheld = await district.refreshOf(await district.sync(other));
    const asked = district.sandbox.nextRequest(/role=student/).then(() => decide('accept'));
    await district.sync();
    await district.work(await asked);
    const away = await Contact.distinct('_id', { type: 'student', status: 'transferred' });
    assert.equal(away.length, 40);
    assert.equal(await Class.countDocuments({ 'synced.students': { $in: away }, status: 'active' }), 0);
  });

  it('at any moment of the sync: no decision is lost, and nobody leaves who was not on the list', async () => {
    goOn();
    const from = await takeSnapshot();
    const { writes } = await live(() => district.sync());
    const points = writes.flatMap((write, index) => (write.startsWith('rosterChange') ? [index + 1] : []));
    assert.ok(points.length > 5, writes.join());
    let followed = 0;
    for (const point of points) {
      await restoreSnapshot(from);
      let decision: Types.ObjectId | undefined;
      await live(() => district.sync(), {
        async beforeWrite(nth) {
          if (nth !== point) return;
          const decided = await decideWithheldOfAccount(district.deps, withheld, {
            verdict: 'accept',
            by,
            reason: '',
          });
          if (decided.ok) decision = decided.run;
        },
      });
      if (decision) await district.work(decision);
      const at = `${String(point)}, ${writes[point - 1] ?? ''}`;
      const [away, wait] = [await gone(), await waiting()];
      assert.deepEqual(
        [...new Set([...away, ...wait])].sort(),
        students(0, 62)
          .filter((id) => !students(37, 40).includes(id))
          .sort(),
        at,
      );
      assert.equal(away.length + wait.length, 59, at);
      assert.ok(
        away.every((id) => students(0, 37).includes(id)),
        at,
      );
      if (away.length > 0) followed += 1;
      else if (decision) assert.match(sayResult(await settled(decision)), /^(Nothing|\d)/, at);
    }
    assert.ok(followed >= points.length / 2, String(followed));
  });

  for (const verdict of ['accept', 'reject'] as const)
    it(`${verdict}: a worker killed anywhere is succeeded by one that finishes, counts and reports everything`, async () => {
      const { decision } = await decideMeanwhile(verdict);
      const from = await takeSnapshot();
      const work = () =>
        asApp(() => runRoster(district.deps, decision.toHexString(), new AbortController().signal));
      const { writes } = await live(work);
      await takeOver(district);
      const end = async () => {
        const { state, result, counts, remarks } = await settled(decision);
        const log = await readLog({ run: decision }, { limit: 1000 });
        const lines = log.map(({ kind, action, sourceId }) => [kind, action, sourceId].join(' ')).sort();
        return [
          state,
          result,
          counts.student,
          counts.guardian,
          remarks,
          lines,
          await gone(),
          await waiting(),
        ];
      };
      const undisturbed = await end();
      for (let dieAt = 1; dieAt < writes.length - 1; dieAt += 1) {
        await restoreSnapshot(from);
        const { killed } = await live(work, { dieAt, half: dieAt % 2 === 0 });
        assert.ok(killed);
        await takeOver(district);
        assert.deepEqual(await end(), undisturbed, `killed at ${String(dieAt)}, ${writes[dieAt - 1] ?? ''}`);
      }
    });

  it('about an event’s classes: those that its next sync withholds too leave, newly missing ones wait', async () => {
    const { sandbox, event } = district;
    const [old, next] = [sandbox.idOf('term', 2), sandbox.idOf('term', 1)];
    const term = { id: old, name: 'Full Year', start: '', end: '' };
    for (let index = 39; index >= 0; index -= 1) sandbox.restore(student(index));
    await Event.updateOne({ _id: event }, { $set: { 'sync.terms': [term] } });
    await district.start({ trigger: 'first import' });
    const sections = await Section.find({ term: old, status: 'active' }).sort({ _id: 1 }).lean();
    const late = sections.slice(0, 2);
    for (const { record } of sections.slice(2)) sandbox.change(record.id, { term_id: next });
    const first = await district.sync();
    const many = first.counts.class?.withheld ?? 0;
    assert.ok(many > 20, sayResult(first));
    for (const { record } of late) sandbox.change(record.id, { term_id: next });
    const before = await Class.countDocuments({ status: 'gone' });
    const asked = sandbox
      .nextRequest(/role=student/)
      .then(() => decideWithheldOfEvent(district.deps, first, { verdict: 'accept', by, reason: 'looked' }));
    const second = await district.sync();
    assert.equal(second.counts.class?.withheld, many + 2);
    const decided = await asked;
    assert.ok(decided.ok);
    await runNow(district.deps, decided.run);
    const decision = await SyncRun.findById(decided.run).orFail().lean();
    const { state, remarks } = decision;
    assert.equal(state, 'done');
    assert.match(sayResult(decision), new RegExp(`^${String(many)} classes removed`));
    assert.match(sayRemarks({ remarks }).join(), /Not on the list .*: 2 classes/);
    assert.equal(await Class.countDocuments({ status: 'gone' }), before + many);
    assert.equal(await RosterChange.countDocuments({ state: 'withheld', kind: 'class' }), 2);
  });
});
