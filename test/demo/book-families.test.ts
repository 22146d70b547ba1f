import assert from 'node:assert/strict';
import { holdSlot } from '../../server/booking/hold-slot.js';
import { bookFamilies } from '../../server/demo/book-families.js';
import { leaveClasses } from '../../server/demo/make-problems.js';
import { Appointment } from '../../server/models/appointment.js';
import { Claim } from '../../server/models/claim.js';
import { Diary } from '../../server/models/diary.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { reconcileClaims } from '../../server/booking/reconcile-claims.js';
import { makeSlot } from '../support/event.js';
import { startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';

describe('the demo’s families', () => {
  let district: TestDistrict;
  before(async () => {
    district = await startSyncedDistrict({ students: 150, plainNames: true });
    const days = ['2031-11-24'];
    await Event.updateOne({ _id: district.event }, { $set: { days } });
    const event = await Event.findById(district.event).orFail().lean();
    for (const teacher of await Resource.find({ event: event._id }).lean())
      for (const minute of ['00', '10', '20', '30', '40', '50'])
        await makeSlot(event, teacher, `2031-11-24T17:${minute}`);
  });
  after(() => district.close());

  it('book two thirds of all slots as the protocol would, and two leave a class', async () => {
    const { event, deps, sandbox } = district;
    const { booked, slots } = await bookFamilies(event, 2 / 3, deps.now());
    assert.equal(slots, await Slot.countDocuments({ event }));
    assert.equal(booked, Math.floor((slots * 2) / 3));
    const appointments = await Appointment.find({ event }).lean();
    assert.equal(appointments.length, booked);
    const taken = async () => [
      (await Claim.find().lean()).map(({ _id, appointment }) => `${_id} ${String(appointment)}`).sort(),
      (await Diary.find().lean())
        .flatMap(({ _id, busy }) => busy.map(({ appointment }) => `${_id} ${String(appointment)}`))
        .sort(),
    ];
    const before = await taken();
    await reconcileClaims(appointments);
    assert.deepEqual(await taken(), before, 'nothing is missing and nothing too much');
    const [first] = appointments;
    assert.ok(first);
    const { _id: household } = await Household.findOne({
      'children.student': { $in: first.students },
    })
      .orFail()
      .lean();
    const again = await holdSlot(deps, {
      event: await Event.findById(event).orFail().lean(),
      slot: first.slot,
      students: first.students,
      household,
      user: first.bookedBy,
      key: 'again',
      by: 'school',
    });
    assert.deepEqual(again, { ok: false, reason: 'taken' });
    assert.equal(await leaveClasses(sandbox, event, 2), 2);
    await district.sync();
    assert.equal(await Appointment.countDocuments({ event, state: 'problem' }), 2);
  });
});
