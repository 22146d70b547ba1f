import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { Event } from '../../server/models/event.js';
import { Slot } from '../../server/models/slot.js';
import { createTestApp, makeAccount, makeUser, type TestApp } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { axeViolations } from '../support/browser.js';
import { makeClass, makePerson, makeTeachingPerson } from '../support/classes/school-day.js';
import { makeEvent, makeSlot } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';
import { Office } from '../support/office.js';

const NOW = new Date('2026-11-20T18:00:00Z');
const TEACHERS = ['Kim Lee', 'Lou Park', 'Ana María Fernández de la Cruz', 'Bo Chen'];
const DAY_MS = 24 * 3600_000;

/** From the event’s page on. */
describe('clicks on the overview', () => {
  let test: TestApp;
  let office: Office;
  let page: Page;
  let event: Event;
  let clicks: number;

  before(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(NOW);
    const account = (await makeAccount())._id;
    event = await makeEvent(account, { days: ['2026-11-24', '2026-11-25'], place: 'Gym' });
    const slots: Slot[] = [];
    for (const [nth, name] of TEACHERS.entries()) {
      const { contact, resource } = await makeTeachingPerson(event, name);
      const students = await Promise.all(
        Array.from({ length: 5 }, (_, index) =>
          makePerson(account, 'student', `Child${String(index)} ${name}`),
        ),
      );
      await makeClass(event, `Class of ${name}`, {
        teachers: [contact._id],
        students: students.map(({ _id }) => _id),
      });
      for (let index = 0; index < 3 + nth; index += 1)
        slots.push(await makeSlot(event, resource, `2026-11-24T17:${String(index)}0`));
      for (let index = 0; index <= nth % 3; index += 1)
        await makeAppointment(slots.at(-1 - index)!, {
          students: [students[index]!._id],
          bookedAt: new Date(NOW.getTime() - (index * 3 + nth) * DAY_MS),
        });
    }
    office = await Office.open(test, await makeUser(account, 'administrator'), NOW);
    ({ page } = office);
    const { base } = office;
    await page.goto(`${base}/events/${String(event._id)}`);
  });
  after(() => office.close());
  beforeEach(() => {
    clicks = 0;
  });

  async function click(role: 'link' | 'button', name: string | RegExp): Promise<void> {
    clicks += 1;
    await page
      .getByRole(role, { name, exact: typeof name === 'string' })
      .first()
      .click();
    await page.waitForLoadState();
    await look(String(name).replace(/\W+/g, '-'));
  }

  async function look(name: string): Promise<void> {
    assert.deepEqual(await axeViolations(page), [], page.url());
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 844 });
      const wider = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      assert.equal(wider, 0, `${page.url()} at ${String(width)}`);
      if (!process.env.SHOTS) continue;
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({
          path: `${process.env.SHOTS}/${name}-${String(width)}-${colorScheme}.png`,
          fullPage: true,
        });
      }
      await page.emulateMedia({ colorScheme: 'light' });
    }
  }

  it('opening: three at most, with warnings in between', async () => {
    await look('before');
    await click('link', 'Open booking now');
    await click('button', 'Open booking now');
    assert.deepEqual((await Event.findById(event._id).lean())?.booking.opensAt, NOW);
    assert.ok(clicks <= 3, String(clicks));
    assert.match((await page.textContent('main')) ?? '', /Booking is open/);
  });

  it('room for the families of a teacher who has too few slots: two', async () => {
    await click('link', /^Find more times/);
    await click('button', /^Add \d+ slots?/);
    assert.ok(clicks <= 2, String(clicks));
    assert.ok((await Slot.countDocuments({ event: event._id })) > 18);
  });
});
