import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { Appointment } from '../../server/models/appointment.js';
import type { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { continueMoves } from '../../server/moves/run-move.js';
import { createTestApp, makeAccount, makeUser, type TestApp } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { makeEvent, makeTeacher } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';
import { Office } from '../support/office.js';

const NOW = new Date('2026-10-02T15:00:00Z');

/** From the event's page on; typing and ticks are not clicks. */
describe('clicks that the office needs for slots', () => {
  let test: TestApp;
  let office: Office;
  let page: Page;
  let event: Event;
  let base: string;

  before(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(NOW);
    const account = (await makeAccount())._id;
    event = await makeEvent(account, { days: ['2026-12-08', '2026-12-10'] });
    for (const name of ['Lee', 'Park', 'Cruz']) await makeTeacher(event, name);
    office = await Office.open(test, await makeUser(account, 'administrator'), NOW);
    ({ page, base } = office);
  });
  after(() => office.close());
  beforeEach(async () => {
    office.clicks = 0;
    await page.goto(`${base}/events/${String(event._id)}`);
  });

  const click: Office['click'] = (...what) => office.click(...what);

  it('slots of two days with a lunch break: four', async () => {
    await click('link', 'Slots');
    await click('link', 'Make slots');
    await page.getByLabel('First slot begins').fill('09:00');
    await page.getByLabel('Last slot ends by').fill('12:00');
    await page.getByLabel('Block 2 begins').fill('13:00');
    await page.getByLabel('Block 2 ends by').fill('15:00');
    await click('button', 'Preview');
    await click('button', 'Make 180 slots');
    assert.equal(await Slot.countDocuments({ event: event._id }), 180);
    assert.ok(office.clicks <= 4, String(office.clicks));
  });

  it('rooms of everybody, pasted: two after the tab, and one for the tab', async () => {
    await click('link', 'Slots');
    office.clicks = 0;
    await click('link', 'Rooms');
    await page.getByLabel('Paste a list').fill('Lee\t12\nPark\t13\nCruz\tGym');
    await click('button', 'Save rooms');
    assert.deepEqual((await Resource.distinct('room', { event: event._id })).sort(), ['12', '13', 'Gym']);
    assert.ok(office.clicks <= 2, String(office.clicks));
  });

  it('a snow day: four', async () => {
    const [slot] = await Slot.find({ event: event._id, day: '2026-12-08' }).sort({ from: 1 }).limit(1).lean();
    const { _id } = await makeAppointment(slot!);
    await click('link', 'Slots');
    await click('link', 'Move or cancel a day');
    await page.getByLabel('New day').fill('2026-12-15');
    await click('button', 'Preview');
    await click('button', /^Move 90 slots/);
    assert.ok(office.clicks <= 4, String(office.clicks));
    await continueMoves(test.deps, new AbortController().signal);
    await page.reload();
    await office.look('moved');
    assert.equal(await Slot.countDocuments({ event: event._id, day: '2026-12-15' }), 90);
    assert.equal((await Appointment.findById(_id).lean())?.from.toISOString(), '2026-12-15T15:00:00.000Z');
  });
});
