import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Event } from '../../server/models/event.js';
import { Slot } from '../../server/models/slot.js';
import { fillBreaks } from '../../server/upgrades/fill-breaks.js';
import { makeEvent, makeSlot, makeTeacher } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';

describe('a database of 0.11 with slots', () => {
  it('has the break of its event’s last run in each slot, and none where there was none', async () => {
    await emptyDatabase();
    const account = new Types.ObjectId();
    const lastSlots = { days: [], blocks: [], minutes: 10, capacity: 1, kind: 'in person', state: 'visible' };
    for (const breakMinutes of [5, 0, undefined]) {
      const event = await makeEvent(account, { name: `Break ${String(breakMinutes)}` });
      if (breakMinutes !== undefined)
        await Event.updateOne({ _id: event._id }, { $set: { lastSlots: { ...lastSlots, breakMinutes } } });
      const lee = await makeTeacher(event, 'Lee');
      await makeSlot(event, lee, '2026-11-24T17:00');
      await makeSlot(event, lee, '2026-11-24T17:15', { breakMinutes: 7 });
    }
    await Promise.all([fillBreaks(), fillBreaks()]);
    await fillBreaks();
    const slots = await Slot.find().sort({ _id: 1 }).lean();
    assert.deepEqual(
      slots.map(({ breakMinutes }) => breakMinutes),
      [5, 7, undefined, 7, undefined, 7],
    );
  });
});
