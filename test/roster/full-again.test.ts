import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Account } from '../../server/models/account.js';
import { Contact } from '../../server/models/contact.js';
import { School } from '../../server/models/school.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import { EventNights } from '../support/roster/event-nights.js';
import { decideWithheld } from '../support/roster/decide-withheld.js';

const by = new Types.ObjectId();
const DAY_MS = 24 * 3600_000;

describe('a sync that cannot go by events', () => {
  let nights: EventNights;
  beforeEach(() => (nights = new EventNights()));
  afterEach(() => nights.district.close());

  it('a night that broke off while it wrote is followed by a full one, which misses nothing', async () => {
    await nights.begin();
    nights.district.sandbox.advanceNight();
    const { collection } = Contact;
    const { bulkWrite } = collection;
    collection.bulkWrite = () => Promise.reject(new Error('the worker ends here'));
    const broken = await nights.district
      .start({ trigger: 'nightly', night: nights.next() })
      .finally(() => (collection.bulkWrite = bulkWrite));
    assert.equal(broken.state, 'failed');
    assert.equal((await nights.account()).clever?.cursor, undefined);
    await nights.isFull('ended badly');
    await nights.isSettled();
  });

  it('a preview does not move the cursor, and reads everything', async () => {
    await nights.begin();
    const before = (await nights.account()).clever?.cursor;
    nights.district.sandbox.advanceNight();
    const preview = await nights.district.start({ trigger: 'preview', purpose: 'preview' });
    assert.equal((await nights.district.refreshOf(preview)).how, 'full');
    assert.deepEqual((await nights.account()).clever?.cursor, before);
    assert.equal((await nights.night()).how, 'events');
    await nights.isSettled();
  });

  it('everything is read when a week has passed, after a long pause, and when the rules changed', async () => {
    await nights.begin();
    const set = (field: string, value: unknown) =>
      Account.updateOne({ _id: nights.district.account }, { $set: { [`clever.${field}`]: value } });
    await set('cursor.fullAt', new Date(Date.now() - 7 * DAY_MS));
    await nights.isFull('weekly');
    await set('cursor.at', new Date(Date.now() - 28 * DAY_MS));
    await nights.isFull('too long ago');
    await set('kinds.staff', false);
    await nights.isFull('setup changed');
    assert.equal((await nights.night()).how, 'events');
    await School.deleteOne({ _id: nights.district.schools[2] });
    await nights.isFull('setup changed');
  });

  it('everything is read when Clever no longer knows the last event', async () => {
    await nights.begin();
    await Account.updateOne(
      { _id: nights.district.account },
      { $set: { 'clever.cursor.event': nights.district.sandbox.idOf('event', 99_999) } },
    );
    await nights.isFull('event forgotten');
    assert.equal((await nights.night()).how, 'events');
  });

  it('everything is read when the list of events comes empty, and has lost the one that it goes on after', async () => {
    await nights.begin();
    nights.district.sandbox.advanceNight();
    nights.district.sandbox.share('event', 'empty');
    await nights.isFull('event forgotten');
    nights.district.sandbox.share('event', 'shared');
    await nights.isSettled();
  });

  it('everything is read if that is less than the events would be', async () => {
    await nights.begin();
    const [student, term] = [
      nights.district.sandbox.idOf('student', 9),
      nights.district.sandbox.idOf('term', 0),
    ];
    for (let count = 0; count < 1000; count += 1) nights.district.sandbox.change(term, { name: `T${count}` });
    nights.district.sandbox.change(student, { name: { first: 'Last', last: 'Event' } });
    await nights.isFull('too many');
    assert.equal(await Contact.countDocuments({ firstName: 'Last', lastName: 'Event' }), 1);
    assert.equal((await nights.night()).how, 'events');
  });

  for (const [kind, why] of [
    ['403', 'no events'],
    ['404', 'no events'],
    ['501', 'events broke off'],
    ['413', 'events broke off'],
  ] as const)
    it(`everything is read when the events cannot be (${kind})`, async () => {
      await nights.begin();
      nights.district.sandbox.advanceNight();
      nights.district.sandbox.misbehave({ match: /events.*starting_after/, kind, times: 9 });
      await nights.isFull(why);
      nights.district.sandbox.behave();
      await nights.isSettled();
    });

  it('a district without events is read whole each night', async () => {
    await nights.begin();
    nights.district.sandbox.misbehave({ match: /events/, kind: '403', times: 99 });
    await nights.district.sync();
    assert.equal((await nights.account()).clever?.cursor, undefined);
    await nights.isFull('no event');
  });

  it('everything is read while removals are withheld, after they were settled and after an undo', async () => {
    await nights.begin();
    for (let index = 0; index < 45; index += 1)
      nights.district.sandbox.remove(nights.district.sandbox.idOf('student', index));
    const withheld = await nights.isFull('many would leave');
    assert.ok((withheld.counts.student?.withheld ?? 0) >= 20);
    const waiting = await nights.isFull('removals wait');
    await decideWithheld(nights.district, waiting, 'reject');
    await nights.isFull('ended badly');
    assert.equal((await nights.night()).how, 'events');
    await nights.isSettled();
    nights.district.sandbox.change(nights.district.sandbox.idOf('student', 50), {
      name: { first: 'Once', last: 'More' },
    });
    const changed = await nights.district.start({ trigger: 'nightly', night: nights.next() });
    const undone = await undoRun(nights.district.deps, changed, {
      by,
      reason: 'no',
      whole: true,
      stopNightly: false,
    });
    assert.ok(undone.ok);
    await nights.district.work(undone.run);
    const once = { account: nights.district.account, firstName: 'Once' };
    assert.equal(await Contact.countDocuments(once), 0);
    await nights.isFull('ended badly');
    assert.equal(await Contact.countDocuments(once), 1);
  });

  it('everything is read if a matched school is gone', async () => {
    await nights.begin();
    nights.district.sandbox.remove(nights.district.sandbox.idOf('school', 0));
    await nights.isFull('school not listed');
  });
});
