import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { runMailing } from '../../server/mailings/run-mailing.js';
import { Event } from '../../server/models/event.js';
import { Mailing, MailingRecipient } from '../../server/models/mailing.js';
import { Notification } from '../../server/models/notification.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { EVE, type Conference } from '../support/booking/conference.js';
import { emptyDatabase } from '../support/hooks.js';
import { makeGuardian, makeSchool } from '../support/mailings/school.js';
import { asApp } from '../support/scans.js';

const going = new AbortController().signal;

describe('a mail to a group whose worker dies', function () {
  const kill = new Error('killed');
  let test: TestApp;
  let school: Conference;
  let mailing: Types.ObjectId;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp({ SMTP_URL: 'smtp://127.0.0.1:9' });
    test.setNow(EVE);
    school = await makeSchool();
    const { account, event, students } = school;
    await Promise.all(
      Array.from({ length: 452 }, (_, n) =>
        makeGuardian(account._id, `Parent No${String(n)}`, `p${String(n)}@x.org`, [students[n % 4]!]),
      ),
    );
    const made = await Mailing.create({
      ...{
        account: account._id,
        event: event._id,
        kind: 'message',
        group: { kind: 'guardians' },
        by: account._id,
      },
      ...{ subject: 'News', text: 'Hello {parent}', state: 'scheduled', sendAt: EVE, createdAt: EVE },
      numbers: { people: 452, mails: 452, students: 4, unreached: 0, unsubscribed: 0 },
    });
    mailing = made._id;
  });
  const addresses = async () => (await Notification.find({ mailing }).lean()).map(({ to }) => to);
  const take = () => asApp(() => runMailing(test.deps, mailing, going));
  const expire = () => test.setNow(new Date(test.deps.now().getTime() + 5 * 60_000));
  async function checkAll(): Promise<void> {
    const all = await addresses();
    assert.equal(new Set(all).size, all.length);
    assert.equal(all.length, 452);
    assert.equal((await Mailing.findById(mailing).lean())!.state, 'done');
    assert.equal(await MailingRecipient.countDocuments(), 0);
  }

  /** Lets so many writes of one kind through, then dies at each. */
  async function dieAfter(
    writes: number,
    model: typeof Notification | typeof MailingRecipient,
    verb: 'insertMany' | 'updateMany',
  ): Promise<void> {
    const owner = model as unknown as Record<string, (...args: unknown[]) => unknown>;
    const real = owner[verb]!;
    let left = writes;
    owner[verb] = function (this: unknown, ...args: unknown[]) {
      if (left-- > 0) return real.apply(this, args);
      throw kill;
    };
    try {
      await assert.rejects(take(), kill);
    } finally {
      owner[verb] = real;
    }
  }

  for (const [what, writes, model, verb] of [
    ['while it finds people', 1, MailingRecipient, 'insertMany'],
    ['before a batch is in the outbox', 1, Notification, 'insertMany'],
    ['after a batch is in the outbox and before that is noted', 0, MailingRecipient, 'updateMany'],
    ['between batches', 2, MailingRecipient, 'updateMany'],
  ] as const)
    it(`${what}: the next one does the rest, nobody twice and nobody missed`, async () => {
      await dieAfter(writes, model, verb);
      await take();
      assert.notEqual((await Mailing.findById(mailing).lean())!.state, 'done', 'taken from a living worker');
      expire();
      await Promise.all([take(), take()]);
      await checkAll();
    });

  it('before it knows everybody: who books in between is left out, and who is new is in', async () => {
    await dieAfter(1, MailingRecipient, 'insertMany');
    await makeGuardian(school.account._id, 'New Parent', 'new@x.org', school.students.slice(0, 1));
    expire();
    await take();
    assert.ok((await addresses()).includes('new@x.org'));
  });

  it('while sending: the people stay those it began with', async () => {
    await dieAfter(1, Notification, 'insertMany');
    await makeGuardian(school.account._id, 'New Parent', 'new@x.org', school.students.slice(0, 1));
    expire();
    await take();
    await checkAll();
  });

  it('while sending, and the event is deleted meanwhile: nobody else gets it', async () => {
    await dieAfter(1, Notification, 'insertMany');
    const before = (await addresses()).length;
    assert.ok(before > 0 && before < 452);
    await Event.updateOne({ _id: school.event._id }, { $set: { status: 'deleted' } });
    expire();
    await take();
    assert.equal((await addresses()).length, before);
    assert.equal((await Mailing.findById(mailing).lean())!.state, 'canceled');
    assert.equal(await MailingRecipient.countDocuments(), 0);
  });

  it('while sending, and the event is archived meanwhile: those who are left get it too', async () => {
    await dieAfter(1, Notification, 'insertMany');
    await Event.updateOne({ _id: school.event._id }, { $set: { status: 'archived' } });
    expire();
    await take();
    await checkAll();
  });

  it('a slow worker that comes back after another took over adds nobody', async () => {
    // The other one does all of it while the first one stores its first people.
    const owner = MailingRecipient as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const real = owner.insertMany!;
    let first = true;
    owner.insertMany = async function (this: unknown, ...args: unknown[]) {
      if (first) {
        first = false;
        expire();
        await take();
      }
      return real.apply(this, args);
    };
    try {
      await take();
    } finally {
      owner.insertMany = real;
    }
    const all = await addresses();
    assert.equal(new Set(all).size, all.length);
    assert.equal(all.length, 452);
  });
});
