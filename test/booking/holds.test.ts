import assert from 'node:assert/strict';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { ENDED_HOLDS_MS, MOST_HOLDS } from '../../server/booking/policy.js';
import { Appointment } from '../../server/models/appointment.js';
import { Household } from '../../server/models/household.js';
import { Slot } from '../../server/models/slot.js';
import { makeUser, Visitor } from '../support/app.js';
import { EVE } from '../support/booking/conference.js';
import { Desk, hidden } from '../support/booking/desk.js';
import { makeEvent } from '../support/event.js';

describe('holds of one login', () => {
  let desk: Desk;

  beforeEach(async () => {
    desk = await Desk.open();
  });

  /** As many holds as one login may have, at times that are nobody's. */
  async function fill(bookedBy: unknown, household: unknown, event = desk.fair.event._id): Promise<void> {
    const account = desk.fair.account._id;
    const [teacher] = desk.fair.teachers;
    // What a press books at once is no hold: here the family chooses how they meet, so it is.
    await Slot.updateMany({}, { $set: { kind: 'either' } });
    await Appointment.insertMany(
      Array.from({ length: MOST_HOLDS }, (_, n) => ({
        account,
        event,
        slot: teacher!.slots[0]!._id,
        resource: teacher!.resource._id,
        household,
        bookedBy,
        students: [desk.fair.students[0]!._id],
        state: 'pending',
        from: EVE,
        to: EVE,
        byKey: `full-${String(n)}`,
        expiresAt: new Date(EVE.getTime() + 600_000),
        createdAt: EVE,
      })),
    );
  }

  it('that ran out are taken again when the time is free again, though it was refused meanwhile', async () => {
    const [one, two] = [await desk.parentOf(0), await desk.parentOf(1)];
    const path = (await desk.choose(one.visitor, 0, 0)).headers.location ?? '';
    desk.test.setNow(new Date(EVE.getTime() + 11 * 60_000));
    const again = async (page: string) =>
      (await one.visitor.post(`${path}/again`, { key: hidden(page, 'key') }, path)).headers.location ?? '';
    const page = (await one.visitor.get(path)).text;
    const taken = await desk.book(two.visitor, 0, 0, 1);
    assert.match(await again(page), /\/times\//);
    await two.visitor.post(`${taken}/cancel`, {}, desk.home);
    const later = (await one.visitor.get(path)).text;
    const held = await again(later);
    assert.match(held, /\/appointments\//);
    assert.equal(await again(later), held, 'pressed twice it is held once');
  });

  it('are some and no more, which is said; when they end there is room again', async () => {
    const { visitor, user, household } = await desk.parentOf(0);
    await fill(user._id, household._id);
    const refused = await desk.choose(visitor, 1, 0);
    assert.notEqual(refused.status, 303);
    assert.match(refused.text, /You have 8 times on hold\. Confirm one of them, or wait 10 minutes/);
    assert.equal(await Appointment.countDocuments({ state: 'pending' }), MOST_HOLDS);
    const other = await desk.parentOf(0);
    assert.equal((await desk.choose(other.visitor, 1, 0)).status, 303);
    await Appointment.updateMany({}, { $set: { expiresAt: EVE } });
    assert.equal((await desk.choose(visitor, 1, 1)).status, 303);
  });

  it('are counted over all events of the school', async () => {
    const { visitor, user, household } = await desk.parentOf(0);
    await fill(user._id, household._id, (await makeEvent(desk.fair.account._id))._id);
    assert.match((await desk.choose(visitor, 1, 0)).text, /You have 8 times on hold/);
  });

  it('that ended are deleted two days later, whatever ended them', async () => {
    const { visitor } = await desk.parentOf(0);
    assert.equal((await desk.choose(visitor, 0, 0)).status, 303);
    const never = new AbortController().signal;
    desk.test.setNow(new Date(EVE.getTime() + 3600_000));
    await expireHolds(desk.test.deps, never);
    assert.deepEqual(
      (await Appointment.find().lean()).map(({ state }) => state),
      ['expired'],
    );
    desk.test.setNow(new Date(EVE.getTime() + ENDED_HOLDS_MS + 2 * 3600_000));
    await expireHolds(desk.test.deps, never);
    assert.equal(await Appointment.countDocuments(), 0);
  });

  it('looking at a family’s pages makes no household, of staff or anybody; sending something does', async () => {
    const staff = await new Visitor(desk.test.app).logIn(
      await makeUser(desk.fair.account._id, 'administrator'),
    );
    const { visitor } = await desk.parent();
    for (const who of [staff, visitor])
      for (const page of ['', '/children', '/schedule']) await who.get(`${desk.home}${page}`);
    assert.equal(await Household.countDocuments(), 0);
    const children = async (who: Visitor) => (await who.get(`${desk.home}/children`)).text;
    assert.match(
      await children(staff),
      /staff account[\s\S]*href="\/events\/[0-9a-f]{24}">go back to the event/,
    );
    assert.doesNotMatch(await children(visitor), /staff account/);
    const child = { number: '1000', day: '9', month: '3', year: '2014' };
    assert.equal((await visitor.post(`${desk.home}/children`, child, `${desk.home}/children`)).status, 303);
    assert.equal(await Household.countDocuments(), 1);
  });
});
