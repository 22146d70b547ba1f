import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import type { Sandbox } from '../../server/clever/sandbox/start-sandbox.js';
import { Account } from '../../server/models/account.js';
import { Contact } from '../../server/models/contact.js';
import type { RosterRun } from '../../server/models/roster-run.js';
import { School } from '../../server/models/school.js';
import { decideHeldOfAccount } from '../../server/roster/decide-held.js';
import { undoRun } from '../../server/roster/undo-run.js';
import { makeEvent, startDistrict, termsOf, type TestDistrict } from './district.js';
import { changeAtRandom, drawFrom } from './random-changes.js';
import { wholeRoster } from './whole-roster.js';

/** Another one is as good. */
const SEED = Number(process.env.SEED ?? 1);
const by = new Types.ObjectId();
const DAY_MS = 24 * 3600_000;

/** Of a roster what does not hang on our ids, one line a record. */
async function stateOf(account: Types.ObjectId): Promise<string[]> {
  const schools = await School.find({ account }).lean();
  const lines = (await wholeRoster(account)).map(({ text }) => {
    const named = schools.reduce(
      (told, { _id, clever }) => told.replaceAll(String(_id), clever?.id ?? 'unmatched'),
      text,
    );
    return named.replace(/"[\w-]{43}"/g, '"hash"');
  });
  return lines.sort();
}

describe('syncs by events', () => {
  let district: TestDistrict;
  let nights = 0;

  afterEach(() => district.close());

  /** A district with one of its schools not matched, read once. */
  async function begin(prepare: (sandbox: Sandbox) => void = () => undefined): Promise<void> {
    district = await startDistrict({ students: 60 });
    prepare(district.sandbox);
    await School.deleteOne({ _id: district.schools[1] });
    assert.equal((await district.sync()).state, 'done');
  }

  /** A nightly sync of the event; gives its refresh. */
  async function night(event = district.event): Promise<RosterRun> {
    nights += 1;
    const run = await district.start({ trigger: 'nightly', night: `night ${String(nights)}` }, event);
    assert.equal(run.state, 'done', run.result);
    return district.refreshOf(run);
  }

  const account = () => Account.findById(district.account).orFail().lean();

  /** Another account on the same district, with an event that takes the same. */
  async function twin(): Promise<{ account: Types.ObjectId; event: Types.ObjectId }> {
    const { clever, ...first } = await account();
    const { cursor: _, ...fresh } = clever ?? assert.fail();
    const other = await Account.create({ ...first, _id: new Types.ObjectId(), clever: fresh });
    const schools: Types.ObjectId[] = [];
    for (const { name, clever: match, sortKey } of await School.find({ account: district.account }).lean())
      schools.push((await School.create({ account: other._id, name, clever: match, sortKey }))._id);
    const event = await makeEvent(other._id, { schools, terms: termsOf(district.sandbox), noTerm: true });
    return { account: other._id, event };
  }

  it(`thirty nights with changes of every kind end as full ones do`, async function () {
    this.timeout(180_000);
    await begin();
    const full = await twin();
    await district.sync(full.event);
    const draw = drawFrom(SEED);
    for (let count = 1; count <= 30; count += 1) {
      if (count % 2 === 0) district.sandbox.advanceNight();
      const done = changeAtRandom(district.sandbox, draw, 10);
      const { how, why } = await night();
      assert.deepEqual([how, why], ['events', undefined], `night ${String(count)}`);
      assert.equal((await district.refreshOf(await district.sync(full.event))).how, 'full');
      assert.deepEqual(
        await stateOf(district.account),
        await stateOf(full.account),
        `night ${String(count)}: ${done.join(', ')}`,
      );
    }
  });

  it('a quiet night asks for one page, and a usual one for few', async () => {
    await begin();
    const asked = async () => {
      const before = district.sandbox.requests().length;
      const { how, events } = await night();
      assert.equal(how, 'events');
      return [district.sandbox.requests().slice(before), events] as const;
    };
    const [quiet, none] = await asked();
    assert.deepEqual([quiet.length, none], [1, 0], quiet.join());
    const { arrived } = district.sandbox.advanceNight();
    const [usual, some] = await asked();
    assert.ok(usual.length <= 10 + arrived.length, usual.join('\n'));
    assert.ok((some ?? 0) > 10);
  });

  it('events taken in twice change nothing', async () => {
    await begin();
    const { clever } = await account();
    district.sandbox.advanceNight();
    await night();
    const state = await stateOf(district.account);
    await Account.updateOne({ _id: district.account }, { $set: { 'clever.cursor': clever?.cursor } });
    const again = await night();
    assert.equal(again.how, 'events');
    assert.ok((again.events ?? 0) > 10);
    assert.equal(again.changed, undefined, again.result);
    assert.deepEqual(await stateOf(district.account), state);
  });

  it('a night that broke off while it wrote is followed by a full one, which misses nothing', async () => {
    await begin();
    district.sandbox.advanceNight();
    const { collection } = Contact;
    const { bulkWrite } = collection;
    collection.bulkWrite = () => Promise.reject(new Error('the worker ends here'));
    nights += 1;
    const broken = await district
      .start({ trigger: 'nightly', night: `night ${String(nights)}` })
      .finally(() => (collection.bulkWrite = bulkWrite));
    assert.equal(broken.state, 'failed');
    assert.equal((await account()).clever?.cursor, undefined);
    await isFull(/did not end well/);
    await isSettled();
  });

  it('a preview does not move the cursor, and reads everything', async () => {
    await begin();
    const before = (await account()).clever?.cursor;
    district.sandbox.advanceNight();
    const preview = await district.start({ trigger: 'preview', purpose: 'preview' });
    assert.equal((await district.refreshOf(preview)).how, 'full');
    assert.deepEqual((await account()).clever?.cursor, before);
    assert.equal((await night()).how, 'events');
    await isSettled();
  });

  it('everything is read when a week has passed, after a long pause, and when the rules changed', async () => {
    await begin();
    const set = (field: string, value: unknown) =>
      Account.updateOne({ _id: district.account }, { $set: { [`clever.${field}`]: value } });
    await set('cursor.fullAt', new Date(Date.now() - 7 * DAY_MS));
    await isFull(/a week has passed/);
    await set('cursor.at', new Date(Date.now() - 28 * DAY_MS));
    await isFull(/longer ago than Clever keeps/);
    await set('kinds.staff', false);
    await isFull(/what is synced was changed/);
    assert.equal((await night()).how, 'events');
    await School.deleteOne({ _id: district.schools[2] });
    await isFull(/what is synced was changed/);
  });

  it('everything is read when Clever no longer knows the last event', async () => {
    await begin();
    await Account.updateOne(
      { _id: district.account },
      { $set: { 'clever.cursor.event': district.sandbox.idOf('event', 99_999) } },
    );
    await isFull(/no longer knows the event/);
    assert.equal((await night()).how, 'events');
  });

  it('everything is read when that is less than the events are', async () => {
    await begin();
    const [student, term] = [district.sandbox.idOf('student', 9), district.sandbox.idOf('term', 0)];
    for (let count = 0; count < 1000; count += 1) district.sandbox.change(term, { name: `T${count}` });
    district.sandbox.change(student, { name: { first: 'Last', last: 'Event' } });
    await isFull(/too many changes/);
    assert.equal(await Contact.countDocuments({ firstName: 'Last', lastName: 'Event' }), 1);
    assert.equal((await night()).how, 'events');
  });

  for (const kind of ['403', '404', '501', 'truncated'] as const)
    it(`everything is read when the events cannot be (${kind})`, async () => {
      await begin();
      district.sandbox.advanceNight();
      district.sandbox.misbehave({ match: /events.*starting_after/, kind, times: 9 });
      await isFull(/the events could not be read/);
      district.sandbox.behave();
      await isSettled();
    });

  it('a district without events is read whole each night', async () => {
    await begin();
    district.sandbox.misbehave({ match: /events/, kind: '403', times: 99 });
    await district.sync();
    assert.equal((await account()).clever?.cursor, undefined);
    await isFull(/left no event/);
  });

  it('everything is read while removals are held, after they were settled and after an undo', async () => {
    await begin();
    for (let index = 0; index < 45; index += 1)
      district.sandbox.remove(district.sandbox.idOf('student', index));
    const held = await isFull(/more records would leave/);
    assert.ok((held.counts.student?.held ?? 0) >= 20);
    const waiting = await isFull(/removals wait for somebody/);
    const decided = await decideHeldOfAccount(district.deps, waiting, {
      verdict: 'reject',
      by,
      reason: 'no',
    });
    assert.ok(decided.ok);
    await district.work(decided.run);
    await isFull(/a person changed its result/);
    assert.equal((await night()).how, 'events');
    await isSettled();
    district.sandbox.change(district.sandbox.idOf('student', 50), { name: { first: 'Once', last: 'More' } });
    nights += 1;
    const changed = await district.start({ trigger: 'nightly', night: `night ${String(nights)}` });
    const undone = await undoRun(district.deps, changed, {
      by,
      reason: 'no',
      whole: true,
      stopNightly: false,
    });
    assert.ok(undone.ok);
    await district.work(undone.run);
    const once = { account: district.account, firstName: 'Once' };
    assert.equal(await Contact.countDocuments(once), 0);
    await isFull(/a person changed its result/);
    assert.equal(await Contact.countDocuments(once), 1);
  });

  it('a matched school that is gone is looked at in full', async () => {
    await begin();
    district.sandbox.remove(district.sandbox.idOf('school', 0));
    await isFull(/no longer lists a matched school/);
  });

  it('somebody who comes back under another id is who they were', async () => {
    let [old, fresh] = ['', ''];
    await begin((sandbox) => {
      [old, fresh] = [sandbox.idOf('student', 0), sandbox.idOf('student', 1)];
      sandbox.remove(fresh);
      sandbox.change(old, { email: 'old@example.org', roles: { student: { dob: '1/2/2012' } } });
    });
    const full = await twin();
    await district.sync(full.event);
    const { sandbox } = district;
    const before = await Contact.findOne({ account: district.account, 'record.id': old }).orFail().lean();
    const { name, email } = sandbox.read(old) ?? {};
    sandbox.remove(old);
    assert.equal((await night()).how, 'events');
    await district.sync(full.event);
    sandbox.restore(fresh);
    sandbox.change(fresh, { name, email, roles: { student: { dob: '1/2/2012' } } });
    assert.equal((await night()).how, 'events');
    await district.sync(full.event);
    assert.deepEqual(await stateOf(district.account), await stateOf(full.account));
    const { status, record } = await Contact.findById(before._id).orFail().lean();
    assert.deepEqual([status, record?.id], ['active', fresh]);
  });

  /** The next night reads everything, and says why. */
  async function isFull(why: RegExp): Promise<RosterRun> {
    const refresh = await night();
    assert.equal(refresh.how, 'full');
    assert.match(refresh.why ?? '', why);
    return refresh;
  }

  /** Reading everything changes nothing more. */
  async function isSettled(): Promise<void> {
    const state = await stateOf(district.account);
    const refresh = await district.refreshOf(await district.sync());
    assert.equal(refresh.changed, undefined, refresh.result);
    assert.deepEqual(await stateOf(district.account), state);
  }
});
