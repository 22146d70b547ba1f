import assert from 'node:assert/strict';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { ChildTry } from '../../server/models/child-try.js';
import { Contact } from '../../server/models/contact.js';
import { Notification } from '../../server/models/notification.js';
import { RateLimit } from '../../server/models/rate-limit.js';
import { pauseAfter } from '../../server/parents/limit-guesses.js';
import { makeUser, Visitor } from '../support/app.js';
import { EVE } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';

/** Has so many requests read what is counted before one of them goes on. @returns ends that */
function readTogether(count: number): () => void {
  const find = ChildTry.find.bind(ChildTry);
  let left = count;
  let goOn = (): void => undefined;
  const all = new Promise<void>((resolve) => (goOn = resolve));
  ChildTry.find = ((...args: Parameters<typeof find>) => {
    const query = find(...args);
    const exec = query.exec.bind(query);
    query.exec = async () => {
      const found = await exec();
      left -= 1;
      if (left === 0) goOn();
      if (left >= 0) await all;
      return found;
    };
    return query;
  }) as typeof ChildTry.find;
  return () => {
    ChildTry.find = find;
  };
}

describe('guessing birth dates', () => {
  let desk: Desk;
  const right = { number: '1000', day: '9', month: '3', year: '2014' };
  const wrong = { number: '1001', day: '20' };
  const add = (visitor: Visitor, fields: object) =>
    visitor.post(`${desk.home}/children`, { ...right, ...fields }, `${desk.home}/children`);

  /** So many wrong tries at the second child, nine by each login. */
  const guess = async (times: number, fields: object = wrong): Promise<number[]> => {
    const statuses: number[] = [];
    for (let left = times; left > 0; left -= 9) {
      const { visitor } = await desk.parent();
      for (let n = 0; n < Math.min(9, left); n++) statuses.push((await add(visitor, fields)).status);
    }
    return statuses;
  };
  const shared = () => ChildTry.findOne({ _id: /^[0-9a-f]{24}:/ }).lean();
  const after = (seconds: number) => desk.test.setNow(new Date(EVE.getTime() + seconds * 1000));

  beforeEach(async () => {
    desk = await Desk.open();
  });

  it('gets no fresh tries by adding an own child in between', async () => {
    const { visitor } = await desk.parent();
    for (let n = 0; n < 9; n++) await add(visitor, { day: '20', number: '1001' });
    assert.equal((await add(visitor, {})).status, 303);
    assert.equal((await add(visitor, { day: '21', number: '1001' })).status, 422);
    assert.equal((await add(visitor, { day: '22', number: '1001' })).status, 429);
  });

  it('ends for one address after 500 wrong ones, whatever login it uses; right ones do not count', async () => {
    const [first, second] = [await desk.parent(), await desk.parent()];
    assert.equal((await add(first.visitor, wrong)).status, 422);
    // As if many logins had tried before.
    const counted = await RateLimit.collection.updateMany(
      { key: /^child-address:/ },
      { $set: { points: 498 } },
    );
    assert.equal(counted.modifiedCount, 1);
    assert.equal((await add(first.visitor, {})).status, 303);
    assert.equal((await add(first.visitor, wrong)).status, 422);
    assert.equal((await add(second.visitor, {})).status, 303);
    assert.equal((await add(first.visitor, wrong)).status, 422);
    assert.equal((await add(second.visitor, wrong)).status, 429);
  });

  it('compares one fact a try: of a date and a code the code, whatever the date is', async () => {
    const { visitor } = await desk.parent();
    assert.equal((await add(visitor, { number: '1001', code: 'red' })).status, 422);
    await Contact.updateOne({ schoolId: '1001' }, { $set: { securityValue: 'blue-77' } });
    assert.equal((await add(visitor, { number: '1001', code: 'red' })).status, 422);
    assert.equal((await add(visitor, { number: '1001' })).status, 422);
    assert.equal((await shared())?.wrong, 3);
    assert.equal((await add(visitor, { number: '1001', code: 'Blue 77' })).status, 303);
  });

  it('makes everybody wait a little, longer each time and some minutes at most, and the right parent gets in', async () => {
    assert.deepEqual(new Set(await guess(10)), new Set([422]));
    const { visitor } = await desk.parent();
    const early = await add(visitor, { number: '1001' });
    assert.equal(early.status, 429);
    assert.equal(early.headers['retry-after'], '5');
    assert.match(early.text, /Wait 5 seconds/);
    // What was typed stays, and waiting counts as no try.
    assert.match(early.text, /name="number"[^>]*value="1001"|value="1001"[^>]*name="number"/);
    let waited = 5;
    const waits = [];
    for (let n = 0; n < 9; n++) {
      after(waited);
      const one = await desk.parent();
      assert.equal((await add(one.visitor, wrong)).status, 422);
      const refused = await add(one.visitor, wrong);
      assert.equal(refused.status, 429);
      waits.push(Number(refused.headers['retry-after']));
      waited += waits.at(-1) ?? 0;
    }
    assert.deepEqual(waits, [10, 20, 40, 80, 160, 300, 300, 300, 300]);
    after(waited);
    assert.equal((await add(visitor, { number: '1001' })).status, 303);
  });

  it('by several logins that take every turn keeps nobody out: who made no wrong try waits a minute at most', async () => {
    await guess(30);
    await ChildTry.updateOne(
      { _id: /^[0-9a-f]{24}:/ },
      { $set: { wrong: 30, until: new Date(EVE.getTime() + 300_000) } },
    );
    const { visitor: rightful } = await desk.parent();
    const early = await add(rightful, { number: '1001' });
    assert.equal(early.status, 429);
    assert.equal(early.headers['retry-after'], '60');
    const again = await add(rightful, { number: '1001' });
    assert.equal(again.headers['retry-after'], '60');
    // Two that guess take the next turn, and the pause is long again.
    const others = await Promise.all([desk.parent(), desk.parent()]);
    for (const { visitor } of others) assert.equal((await add(visitor, wrong)).status, 429);
    after(60);
    const turns = [];
    for (const { visitor } of others) turns.push((await add(visitor, wrong)).status);
    assert.deepEqual(turns, [422, 422]);
    // A place is one try: at once it is one as well.
    const [first, second] = await Promise.all([add(others[0].visitor, wrong), add(others[0].visitor, wrong)]);
    assert.deepEqual([first.status, second.status], [429, 429]);
    assert.equal((await add(rightful, { number: '1001' })).status, 303);
  });

  it('a login that guessed before waits some minutes at most, and two clicks at once use its place once', async () => {
    const { visitor: guesser } = await desk.parent();
    assert.equal((await add(guesser, wrong)).status, 422);
    await ChildTry.updateOne(
      { _id: /^[0-9a-f]{24}:/ },
      { $set: { wrong: 30, until: new Date(EVE.getTime() + 3600_000) } },
    );
    assert.equal((await add(guesser, wrong)).headers['retry-after'], '300');
    after(300);
    const apart = readTogether(3);
    const clicks = await Promise.all([add(guesser, wrong), add(guesser, wrong), add(guesser, wrong)]);
    apart();
    assert.deepEqual(clicks.map(({ status }) => status).sort(), [422, 429, 429]);
  });

  it('is told apart from no other number, and tells not whether there is one', async () => {
    const [known, unknown] = [wrong, { number: '9999', day: '20' }];
    const answers = [];
    for (const fields of [known, unknown]) {
      const statuses = await guess(12, fields);
      answers.push(statuses);
    }
    assert.deepEqual(answers[0], answers[1]);
    assert.deepEqual(answers[0]?.slice(-2), [429, 429]);
    const { visitor } = await desk.parent();
    assert.equal((await add(visitor, {})).status, 303);
    // The same number in other words is the same number.
    assert.equal((await add(visitor, { number: ' 0 01001 ', day: '20' })).status, 429);
  });

  it('at once is no more tries than one after another', async () => {
    const parents = await Promise.all(Array.from({ length: 25 }, () => desk.parent()));
    const answers = await Promise.all(parents.map(({ visitor }) => add(visitor, wrong)));
    const compared = answers.filter(({ status }) => status === 422).length;
    assert.equal(compared, 10);
    assert.equal((await shared())?.wrong, 10);
  });

  it('a right try is no wrong one, and leaves those before it counted', async () => {
    await guess(9);
    const { visitor } = await desk.parent();
    assert.equal((await add(visitor, { number: '1001' })).status, 303);
    assert.deepEqual(await guess(2), [422, 429]);
  });

  it('is told to the administrators once for a child and day, noted without the secret, and shown at the child', async () => {
    const { _id: account } = desk.fair.account;
    const admin = await makeUser(account, 'administrator', { name: 'Robin Office' });
    await makeUser(account, 'event administrator');
    await guess(4);
    assert.equal(await Notification.countDocuments({ kind: 'child guessed at' }), 0);
    await guess(3);
    const mails = await Notification.find({ kind: 'child guessed at' }).lean();
    assert.deepEqual(
      mails.map(({ to }) => to),
      [admin.email],
    );
    assert.match(mails[0]?.text ?? '', /Leo Lopez[\s\S]*5 tries/);
    after(24 * 3600 - 60);
    await guess(1);
    assert.equal(await Notification.countDocuments({ kind: 'child guessed at' }), 2);

    const entries = await AuditEntry.find({ action: 'try to add child' }).lean();
    assert.equal(entries.length, 8);
    const [leo] = desk.fair.students.slice(1);
    assert.ok(entries.every(({ targets }) => String(targets[0]) === String(leo?._id)));
    assert.ok(!JSON.stringify(entries).includes('2014'));
    const office = await new Visitor(desk.test.app).logIn(admin);
    const page = await office.get(`/global-setup/contacts/${String(leo?._id)}`);
    assert.match(page.text, /8 wrong tries to add this child/);
  });

  it('keeps little, and not for long', async () => {
    await guess(3, { number: '9999', day: '20' });
    const kept = await ChildTry.find().lean();
    // One of the number and one of the login.
    assert.equal(kept.length, 2);
    assert.ok(kept.every(({ expiresAt }) => expiresAt.getTime() <= EVE.getTime() + 25 * 3600_000));
    assert.ok(Number.isFinite(pauseAfter(1e9)));
    // A day later all is forgotten.
    after(25 * 3600);
    assert.deepEqual(new Set(await guess(10, { number: '9999', day: '20' })), new Set([422]));
  });
});
