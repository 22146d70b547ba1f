import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { listFree } from '../../server/desk/list-free.js';
import { Appointment } from '../../server/models/appointment.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import { placed } from '../../server/web/place.js';
import type { Visitor } from '../support/app.js';
import { DAY, EVE } from '../support/booking/conference.js';
import { FrontDesk } from '../support/booking/front-desk.js';

describe('what the front desk reads of a family’s other meetings', () => {
  let front: FrontDesk;
  let clerk: Visitor;

  beforeEach(async () => {
    front = await FrontDesk.open({ students: 3, teachers: 3 });
    ({ visitor: clerk } = await front.clerk());
  });

  const move = (id: string, slot: { _id: unknown }) => front.move(clerk, id, slot);

  it('names a family’s other meetings to whoever sees them, and to nobody else', async () => {
    await front.desk.parentOf(0);
    await front.book(clerk, 1, 1);
    assert.match((await clerk.get(front.childPath())).text, /\(with Mr Park\)/);
    assert.match((await front.choose(clerk, 0, 1)).text, /they meet Mr Park about Ana/);
    const { visitor, user } = await front.clerk('resource administrator');
    const { contact } = front.fair.teachers[0]!;
    await User.updateOne({ _id: user._id }, { 'grants.0.contact': contact._id });
    const page = await visitor.get(front.childPath());
    assert.match(page.text, /\(another appointment\)/);
    assert.doesNotMatch(page.text, /Mr Park/);
    const refused = await front.choose(visitor, 0, 1);
    assert.equal(refused.status, 409);
    assert.match(refused.text, /they have another appointment\./);
    assert.doesNotMatch(refused.text, /Mr Park/);
    // Of another event, whose name and teachers are its own.
    await Appointment.updateMany({}, { event: new Types.ObjectId() });
    const elsewhere = await clerk.get(front.childPath());
    assert.match(elsewhere.text, /\(another appointment\)/);
    assert.doesNotMatch(elsewhere.text, /with Mr Park\)/);
  });

  it('does not cancel what was moved while the question stood open, and says so', async () => {
    await front.desk.parentOf(0);
    const id = await front.book(clerk, 0, 0);
    await move(id, front.slot(0, 2));
    const [living] = await Appointment.find({ state: 'booked' }).lean();
    const cancel = async (which: string) => {
      const path = `${front.home}/appointments/${which}`;
      await clerk.post(`${path}/cancellation`, { notice: 'Sorry.' }, path);
      return (await clerk.get(path)).text;
    };
    const text = await cancel(id);
    assert.match(text, /Nothing was canceled: this appointment was moved to/);
    assert.match(text, new RegExp(`appointments/${String(living?._id)}">Open it`));
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
    assert.equal(await Notification.countDocuments({ kind: 'appointment cancelled' }), 0);
    assert.match(await cancel(String(living?._id)), /is canceled and the time is free/);
    assert.match(await cancel(String(living?._id)), /was already canceled/);
    assert.equal(await Notification.countDocuments({ kind: 'appointment cancelled' }), 1);
  });

  it('a move that is refused names what is in its way, and never its own time', async () => {
    await Event.updateOne({ _id: front.fair.event._id }, { 'booking.gapMinutes': 10 });
    await front.desk.parentOf(0);
    const id = await front.book(clerk, 0, 0);
    await front.book(clerk, 1, 2);
    const refused = await move(id, front.slot(0, 1));
    assert.equal(refused.status, 409);
    assert.match(refused.text, /they meet Mr Park/);
    assert.doesNotMatch(refused.text, new RegExp(`value="${String(front.slot(0, 0)._id)}"`));
  });

  it('of many teachers with many times each has all of theirs', async () => {
    const { account, event, teachers } = front.fair;
    const [last, ...others] = teachers.toReversed();
    for (const { resource } of others)
      await Slot.insertMany(
        Array.from({ length: 1600 }, (_, n) => ({
          ...{ account: account._id, event: event._id, resource: resource._id, day: DAY, capacity: 1 },
          from: new Date(EVE.getTime() + (n + 1) * 60_000),
          to: new Date(EVE.getTime() + (n + 2) * 60_000),
        })),
      );
    const seen = Object.assign({ sight: {} }, placed(event, account));
    const all = teachers.map(({ resource }) => resource._id);
    const free = await listFree(seen, all, { user: new Types.ObjectId() }, EVE);
    assert.equal(free.get(String(last!.resource._id))?.length, 3);
  });
});
