import assert from 'node:assert/strict';
import { Event, MAX_DAYS } from '../../server/models/event.js';
import { Slot } from '../../server/models/slot.js';
import { startAs } from '../support/app.js';
import { makeEvent, makeSlots, makeTeacher } from '../support/event.js';

const NOW = new Date('2026-10-02T15:00:00Z');
const DAYS = Array.from({ length: MAX_DAYS }, (_, n) => `2026-11-${String(n + 1).padStart(2, '0')}`);

/** A slot on a day that the event has not is on no page. */
describe('slots of an event with as many days as it may have', () => {
  it('are neither moved nor copied to a further day, which is said', async () => {
    const { visitor: admin, account } = await startAs('event administrator', NOW);
    const event = await makeEvent(account);
    await Event.updateOne({ _id: event._id }, { days: DAYS });
    const lee = await makeTeacher(event, 'Lee');
    await makeSlots(event, lee, '2026-11-24', ['17:00', '17:10']);
    const home = `/events/${String(event._id)}/slots`;
    const wish = { kind: 'move', day: '2026-11-24', toDay: '2026-12-01' };
    const moved = await admin.post(`${home}/move/preview`, wish, `${home}/move`);
    const copied = await admin.post(
      `${home}/copy`,
      { resources: String(lee._id), toDay: '2026-12-01', sure: '1' },
      home,
    );
    for (const { status, text } of [moved, copied]) {
      assert.equal(status, 422);
      assert.match(text, /An event has 30 days at most\. Remove one in the event’s settings first\./);
    }
    assert.deepEqual(await Slot.distinct('day'), ['2026-11-24']);
    const within = await admin.post(`${home}/move/preview`, { ...wish, toDay: DAYS[29]! }, `${home}/move`);
    assert.equal(within.status, 200);
  });
});
