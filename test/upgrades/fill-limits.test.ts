import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { Claim } from '../../server/models/claim.js';
import { Event } from '../../server/models/event.js';
import { fillLimits } from '../../server/upgrades/fill-limits.js';
import { createTestApp } from '../support/app.js';
import { bookSlot, EVE, makeConference, makeHousehold, wishOf } from '../support/booking/conference.js';
import { emptyDatabase } from '../support/hooks.js';

describe('a database of 0.6 with bookings', () => {
  it('counts them by student and by teacher and day, for limits that are set later', async () => {
    await emptyDatabase();
    const test = createTestApp();
    test.setNow(EVE);
    const fair = await makeConference({ students: 2, teachers: 2 });
    const family = await makeHousehold(fair.account._id, fair.students.slice(0, 1));
    const others = await makeHousehold(fair.account._id, fair.students.slice(1, 2));
    const [one, two] = fair.teachers;
    assert.ok((await bookSlot(test.deps, wishOf(fair, family, one!.slots[0]!))).ok);
    const today = (await Claim.find().lean()).map(({ _id }) => _id).sort();
    await Claim.deleteMany({ _id: /^limit-/ });
    const events = mongoose.connection.db!.collection('event');
    await events.updateMany({}, { $unset: { 'booking.perStudent': 1, 'booking.perTeacherAndDay': 1 } });
    await Promise.all([fillLimits(), fillLimits()]);
    await fillLimits();
    assert.deepEqual((await Claim.find().lean()).map(({ _id }) => _id).sort(), today);
    const { booking } = (await Event.findById(fair.event._id).lean())!;
    assert.deepEqual([booking.perStudent, booking.perTeacherAndDay], [0, 0]);
    fair.event.booking = { ...booking, perStudent: 1, perTeacherAndDay: 1 };
    const student = await bookSlot(test.deps, wishOf(fair, family, two!.slots[1]!));
    assert.equal(student.ok ? 'booked' : student.reason, 'student limit');
    const day = await bookSlot(test.deps, wishOf(fair, others, one!.slots[1]!));
    assert.equal(day.ok ? 'booked' : day.reason, 'day limit');
  });
});
