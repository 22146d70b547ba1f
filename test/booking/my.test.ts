import assert from 'node:assert/strict';
import { Household } from '../../server/models/household.js';
import { createTestApp, makeAccount, makeUser, Visitor } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { makeEvent, makeSlot, makeTeacher } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';

const NOW = new Date('2026-11-20T18:00:00Z');

describe('what stands under "Your conferences"', () => {
  before(emptyDatabase);

  it('what was announced, opened or closed, and where a family has a meeting; nothing that the school still prepares', async () => {
    const test = createTestApp();
    test.setNow(NOW);
    const account = (await makeAccount())._id;
    const at = (hours: number) => new Date(NOW.getTime() + hours * 3600_000);
    await makeEvent(account, { name: 'Announced', booking: { opensAt: at(48) } });
    await makeEvent(account, { name: 'Opened', booking: { opensAt: at(-1) } });
    await makeEvent(account, { name: 'Ended', booking: { opensAt: at(-9), closesAt: at(-1) } });
    await makeEvent(account, { name: 'Prepared' });
    await makeEvent(account, { name: 'Put away', status: 'archived', booking: { opensAt: at(-1) } });
    await makeEvent((await makeAccount('Oak School'))._id, {
      name: 'Elsewhere',
      booking: { opensAt: at(-1) },
    });
    const withdrawn = await makeEvent(account, { name: 'Withdrawn' });
    const cancelled = await makeEvent(account, { name: 'Cancelled' });

    const parent = await makeUser(account, 'customer');
    const household = await Household.create({ account, adults: [parent._id], createdAt: NOW });
    for (const [event, state] of [
      [withdrawn, 'booked'],
      [cancelled, 'cancelled'],
    ] as const) {
      const slot = await makeSlot(event, await makeTeacher(event, 'Ms. Bennett'), '2026-11-24T17:00');
      await makeAppointment(slot, { household: household._id, state });
    }

    const page = await (await new Visitor(test.app).logIn(parent)).get('/my');
    const names = [...page.text.matchAll(/<strong>([^<]+)<\/strong>/g)].map(([, name]) => name);
    assert.deepEqual(names.sort(), ['Announced', 'Ended', 'Opened', 'Withdrawn']);
    assert.match(page.text, /Withdrawn[\s\S]*1 meeting booked/);
    assert.match(page.text, /Announced[\s\S]*Booking opens on/);
    assert.match(page.text, /<a class="btn btn-plain" href="\/my">/);
  });
});
