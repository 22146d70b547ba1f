import assert from 'node:assert/strict';
import { sendReminders } from '../../server/meetings/send-reminders.js';
import { Appointment } from '../../server/models/appointment.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { SlotMove } from '../../server/models/slot-move.js';
import { deliverMails } from '../../server/notifications/deliver-mails.js';
import { maySend } from '../../server/notifications/policy.js';
import { sendAgain } from '../../server/notifications/send-again.js';
import { sayFault } from '../../server/notifications/show-fault.js';
import type { Visitor } from '../support/app.js';
import { Desk } from '../support/booking/desk.js';
import { asApp } from '../support/scans.js';

const HOUR = 3600_000;
/** When the first slot begins. */
const FIRST = new Date('2026-11-24T23:00:00Z');

describe('reminders that wait while the email server is down', () => {
  let desk: Desk;
  let parent: Visitor;

  beforeEach(async () => {
    desk = await Desk.open({}, { SMTP_URL: 'smtp://127.0.0.1:9' });
    await Event.updateOne(
      { _id: desk.fair.event._id },
      { $set: { reminders: [24], 'booking.perHousehold': 4 } },
    );
    ({ visitor: parent } = await desk.parentOf(0));
  });

  const tick = () => {
    desk.test.setNow(new Date(FIRST.getTime() - 23 * HOUR));
    return asApp(() => sendReminders(desk.test.deps, new AbortController().signal));
  };
  const mails = () => Notification.find({ kind: 'appointment reminder' }).sort({ _id: 1 }).lean();
  const cancel = async (path: string) => {
    assert.equal((await parent.post(`${path}/cancel`, {}, `${path}/cancel`)).status, 303);
  };

  it('are sent before the last of their meetings begins, or not at all', async () => {
    await desk.book(parent, 0, 1);
    await tick();
    const [one] = await Appointment.find().lean();
    assert.deepEqual((await mails())[0]?.notAfter, one?.from);

    await Notification.deleteMany({});
    await desk.book(parent, 1, 2);
    const bookedAt = new Date(FIRST.getTime() - 48 * HOUR);
    await Appointment.updateMany({}, { $unset: { reminded: 1 }, $set: { bookedAt } });
    await Event.updateMany({}, { $unset: { reminded: 1 } });
    await tick();
    assert.equal((await mails()).length, 1);
    const [, last] = await Appointment.find().sort({ from: 1 }).lean();
    assert.deepEqual((await mails())[0]?.notAfter, last?.from);
  });

  it('can be sent again by hand until then, and the outbox says that it was too late', async () => {
    await desk.book(parent, 0, 0);
    await tick();
    await Notification.deleteMany({ kind: { $ne: 'appointment reminder' } });
    const { deps } = desk.test;
    const { _id } = (await mails())[0]!;
    const read = () => Notification.findById(_id).orFail().lean();
    const scope = { account: desk.fair.account._id };
    await Notification.updateOne({ _id }, { $set: { state: 'failed' } });
    assert.ok(maySend(await read(), deps.config.smtpUrl, deps.now()));
    assert.equal((await sendAgain(deps, scope, _id, _id)).ok, true);
    desk.test.setNow(FIRST);
    await asApp(() => deliverMails(deps, new AbortController().signal));
    const { state, fault } = await read();
    assert.equal(state, 'failed');
    assert.match(sayFault(fault), /too late/);
    assert.ok(!maySend(await read(), deps.config.smtpUrl, deps.now()));
    assert.equal((await sendAgain(deps, scope, _id, _id)).ok, false);
  });

  it('wait while a move can still be undone, and miss nobody then', async () => {
    await desk.book(parent, 0, 0);
    const { account, _id: event } = desk.fair.event;
    const move = { account, event, kind: 'move', day: '2026-11-24', total: 1, by: account } as const;
    const { _id } = await SlotMove.create({ ...move, state: 'waiting', createdAt: FIRST });
    await tick();
    assert.equal((await mails()).length, 0);
    await SlotMove.updateOne({ _id }, { $set: { state: 'undone' } });
    await tick();
    assert.equal((await mails()).length, 1);
  });

  it('don’t go out for a meeting that is canceled meanwhile', async () => {
    const path = await desk.book(parent, 0, 0);
    await tick();
    assert.equal((await mails()).length, 1);
    await cancel(path);
    assert.equal((await mails()).length, 0);
  });

  for (const canceled of [0, 1])
    it(`name only the meetings that are left of an evening (${String(canceled)} is canceled)`, async () => {
      const paths = [await desk.book(parent, 0, 0), await desk.book(parent, 1, 1)];
      await tick();
      assert.match((await mails())[0]!.text, /Mrs Lee[\s\S]*Mr Park/);
      await cancel(paths[canceled]!);
      const left = await mails();
      assert.equal(left.length, 1);
      const [gone, stays] = canceled === 0 ? [/Mrs Lee/, /Mr Park/] : [/Mr Park/, /Mrs Lee/];
      assert.match(left[0]!.text, stays);
      assert.doesNotMatch(left[0]!.text, gone);
      await cancel(paths[1 - canceled]!);
      assert.equal((await mails()).length, 0);
    });

  it('go anew only to the adult whom they have not reached when one of their meetings is canceled', async () => {
    const { user } = await desk.parent({ email: 'second@x.org' });
    await Household.updateMany({}, { $push: { adults: user._id } });
    const paths = [await desk.book(parent, 0, 0), await desk.book(parent, 1, 1)];
    await tick();
    await Notification.updateOne(
      { kind: 'appointment reminder', to: { $ne: 'second@x.org' } },
      { $set: { state: 'sent' } },
    );
    await cancel(paths[0]!);
    const told = (await mails()).filter(({ state }) => state === 'queued');
    assert.deepEqual(
      told.map(({ to }) => to),
      ['second@x.org'],
    );
    assert.match(told[0]!.text, /Mr Park/);
  });

  it('are left alone once they went out', async () => {
    const paths = [await desk.book(parent, 0, 0), await desk.book(parent, 1, 1)];
    await tick();
    await Notification.updateMany({ kind: 'appointment reminder' }, { $set: { state: 'sent' } });
    await cancel(paths[0]!);
    assert.equal((await mails()).length, 1);
  });
});
