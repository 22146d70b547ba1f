import assert from 'node:assert/strict';
import { formOf, type EventSettings } from '../../server/events/schema.js';
import { updateEvent } from '../../server/events/update-event.js';
import { Event } from '../../server/models/event.js';
import { Slot } from '../../server/models/slot.js';
import { addSlots } from '../../server/slots/add-slots.js';
import { EVE, makeConference, type Conference } from '../support/booking/conference.js';
import { emptyDatabase } from '../support/hooks.js';
import { asApp } from '../support/scans.js';

describe('settings of an event that are saved', () => {
  let fair: Conference;
  let event: Event;
  const save = (more: Partial<EventSettings>) => {
    const { name, place, description, timeZone, days, booking } = event;
    const actor = { account: event.account, user: event._id } as Parameters<typeof updateEvent>[0];
    const settings = { name, place, description, timeZone, days, booking, ...more };
    return asApp(() => updateEvent(actor, event, settings, EVE));
  };
  const stored = () => Event.findById(event._id).orFail().lean();

  beforeEach(async () => {
    await emptyDatabase();
    fair = await makeConference();
    event = await Event.findById(fair.event._id).orFail().lean();
  });

  it('while a colleague archives it change nothing', async () => {
    await Event.updateOne({}, { $set: { status: 'archived' } });
    assert.equal(await save({ name: 'Renamed' }), false);
    assert.equal((await stored()).name, event.name);
  });

  it('with another time zone, while slots are made in the old one, change nothing', async () => {
    assert.equal(await save({ name: 'Renamed', timeZone: 'America/New_York' }), false);
    assert.deepEqual(formOf(await stored()), formOf(event));
    await Slot.deleteMany({});
    assert.equal(await save({ timeZone: 'America/New_York' }), true);
    assert.equal((await stored()).timeZone, 'America/New_York');
  });

  it('keep the zone in which somebody is making slots meanwhile', async () => {
    await Slot.deleteMany({});
    assert.equal(await save({ timeZone: 'America/New_York' }), true);
    const actor = { account: event.account, user: event._id } as Parameters<typeof addSlots>[0];
    const form = {
      resources: [fair.teachers[0]!.resource._id],
      days: [event.days[0]!],
      blocks: [{ from: '17:00', to: '18:00' }],
      ...{ minutes: 10, breakMinutes: 0, capacity: 1, message: '', list: '', elsewhere: false },
      ...{ kind: 'in person' as const, state: 'visible' as const },
    } as unknown as Parameters<typeof addSlots>[2];
    const made = await asApp(() => addSlots(actor, event, form, EVE));
    assert.equal(made.ok && made.made, 6);
    assert.equal((await stored()).timeZone, event.timeZone);
  });
});
