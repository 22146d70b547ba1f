import assert from 'node:assert/strict';
import { Appointment } from '../../server/models/appointment.js';
import { Event, type SiblingsRule } from '../../server/models/event.js';
import type { Visitor } from '../support/app.js';
import { makeHousehold } from '../support/booking/conference.js';
import { Desk, hidden } from '../support/booking/desk.js';

describe('siblings with the same teacher', () => {
  let desk: Desk;
  let visitor: Visitor;

  async function arrive(siblings?: SiblingsRule): Promise<void> {
    desk = await Desk.open({ slots: 5 });
    if (siblings) await Event.updateOne({}, { $set: { 'booking.siblings': siblings } });
    const parent = await desk.parent();
    visitor = parent.visitor;
    await makeHousehold(desk.fair.account._id, desk.fair.students, parent.user._id);
  }
  const about = async () =>
    (await Appointment.find({ state: 'booked' }).sort({ from: 1 }).lean()).map(
      ({ students }) => students.length,
    );

  it('have one meeting each, or one together where the family says so, until the school decides', async () => {
    await arrive();
    assert.match((await visitor.get(desk.timesPath())).text, /One meeting with Mrs Lee about Ana and Leo/);
    await desk.book(visitor, 0, 0);
    assert.doesNotMatch((await visitor.get(desk.timesPath(0, 1))).text, /One meeting with Mrs Lee/);
    await desk.book(visitor, 0, 1, 1);
    const both = await desk.choose(visitor, 1, 3, 0, { together: '1', now: '1' });
    assert.equal(both.status, 303);
    assert.deepEqual(await about(), [1, 1, 2]);
    assert.match((await visitor.get(both.headers.location ?? '')).text, /About <strong>Ana and Leo/);
  });

  it('have one together where the school says so, and its time is changed for both', async () => {
    await arrive('together');
    const page = await visitor.get(desk.timesPath());
    assert.match(page.text, /About Ana and Leo/);
    assert.doesNotMatch(page.text, /name="together"/);
    const path = await desk.book(visitor, 0, 0);
    assert.deepEqual(await about(), [2]);
    const times = await visitor.get((await visitor.get(`${path}/change`)).headers.location ?? '');
    assert.match(times.text, /About Ana and Leo/);
    const held = await desk.choose(visitor, 0, 2, 0, { change: hidden(times.text, 'change') });
    const moved = held.headers.location ?? '';
    assert.match((await visitor.get(moved)).text, /Check and book[\s\S]*Hello/, 'the note stays');
    assert.equal((await visitor.post(`${moved}/confirm`, { note: 'Hello' }, moved)).headers.location, moved);
    assert.deepEqual(await about(), [2]);
  });

  it('have one each where the school says so, whatever is sent; what was booked together before is changed as it is', async () => {
    await arrive();
    const both = (await desk.choose(visitor, 1, 3, 0, { together: '1', now: '1' })).headers.location ?? '';
    await Event.updateOne({}, { $set: { 'booking.siblings': 'apart' } });
    assert.doesNotMatch((await visitor.get(desk.timesPath())).text, /One meeting with/);
    assert.equal((await desk.choose(visitor, 0, 0, 0, { together: '1', now: '1' })).status, 303);
    const change = both.split('/').at(-1);
    const moved = (await desk.choose(visitor, 1, 4, 1, { change })).headers.location ?? '';
    assert.equal((await visitor.post(`${moved}/confirm`, {}, moved)).headers.location, moved);
    assert.deepEqual(await about(), [1, 2]);
  });
});
