import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Claim } from '../../server/models/claim.js';
import { forgetServer } from '../../server/models/write-together.js';
import { createTestApp } from '../support/app.js';
import {
  bookSlot,
  EVE,
  findDoubles,
  heldBy,
  makeConference,
  makeHousehold,
  wishOf,
} from '../support/booking/conference.js';
import { emptyDatabase } from '../support/hooks.js';

const { MongoClientBulkWriteError, MongoServerError } = mongoose.mongo;

describe('writing together on a server before 8.0', () => {
  const client = mongoose.connection;
  const bulkWrite = client.bulkWrite.bind(client);
  let asked: number;

  beforeEach(async () => {
    await emptyDatabase();
    asked = 0;
    forgetServer();
    // As the driver says it: the server's own words are the cause.
    client.bulkWrite = () => {
      asked += 1;
      const cause = new MongoServerError({ code: 59, message: 'no such command: bulkWrite' });
      const error = new MongoClientBulkWriteError({
        message: 'Mongo client bulk write encountered an error',
      });
      return Promise.reject(Object.assign(error, { cause }));
    };
  });
  afterEach(() => {
    client.bulkWrite = bulkWrite;
    forgetServer();
  });

  it('books all the same, and asks it once', async () => {
    const test = createTestApp();
    test.setNow(EVE);
    const { deps } = test;
    const fair = await makeConference();
    const home = await makeHousehold(fair.account._id, [fair.students[0]!]);
    const held = await bookSlot(deps, wishOf(fair, home, fair.teachers[0]!.slots[0]!));
    assert.ok(held.ok);
    assert.equal((await Appointment.findById(held.appointment._id).lean())?.state, 'booked');
    assert.ok((await heldBy(held.appointment._id)).some((id) => id.startsWith('slot:')));
    assert.equal(asked, 1);
  });

  it('of two at once one has the seat', async () => {
    const test = createTestApp();
    test.setNow(EVE);
    const { deps } = test;
    const fair = await makeConference();
    const homes = await Promise.all(
      fair.students.map((student) => makeHousehold(fair.account._id, [student])),
    );
    const slot = fair.teachers[0]!.slots[0]!;
    const held = await Promise.all(homes.map((home) => bookSlot(deps, wishOf(fair, home, slot))));
    assert.deepEqual(held.map((one) => (one.ok ? 'booked' : one.reason)).sort(), ['booked', 'taken']);
    assert.deepEqual(await findDoubles(fair), []);
    assert.equal(await Claim.countDocuments({ _id: /^slot:/ }), 1);
  });
});
