import assert from 'node:assert/strict';
import { RateLimit } from '../../server/models/rate-limit.js';
import type { Visitor } from '../support/app.js';
import { Desk } from './desk.js';

describe('guessing birth dates', () => {
  let desk: Desk;
  const right = { number: '1000', day: '9', month: '3', year: '2014' };
  const add = (visitor: Visitor, fields: object) =>
    visitor.post(`${desk.home}/children`, { ...right, ...fields }, `${desk.home}/children`);

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

  it('ends for one address after 500 wrong ones a day, whatever login it uses; right ones do not count', async () => {
    const wrong = { day: '20', number: '1001' };
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
});
