import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { createApp } from '../../server/app.js';
import { Appointment } from '../../server/models/appointment.js';
import type { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { continueMoves } from '../../server/moves/run-move.js';
import { createTestApp, makeAccount, makeUser, type TestApp } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { axeViolations, launchBrowser, openPage } from '../support/browser.js';
import { makeEvent, makeTeacher } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';
import { makeSessions } from '../support/sessions.js';

const NOW = new Date('2026-10-02T15:00:00Z');

/** From the event's page on; typing and ticks are not clicks. */
describe('clicks that the office needs for slots', function () {
  this.timeout(120_000);
  let test: TestApp;
  let server: Server;
  let browser: Browser;
  let page: Page;
  let event: Event;
  let base: string;
  let clicks: number;

  before(async () => {
    browser = await launchBrowser();
    await emptyDatabase();
    test = createTestApp();
    test.setNow(NOW);
    const account = (await makeAccount())._id;
    event = await makeEvent(account, { days: ['2026-12-08', '2026-12-10'] });
    for (const name of ['Lee', 'Park', 'Cruz']) await makeTeacher(event, name);
    server = createApp(test.deps).listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const user = await makeUser(account, 'administrator');
    const [session] = await makeSessions([user], test.deps.config.appSecret, NOW);
    page = await openPage(browser, { width: 1280 });
    const cut = session!.cookie.indexOf('=');
    await page.context().addCookies([
      {
        name: session!.cookie.slice(0, cut),
        value: session!.cookie.slice(cut + 1).split(';')[0]!,
        url: base,
      },
    ]);
  });
  after(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });
  beforeEach(async () => {
    clicks = 0;
    await page.goto(`${base}/events/${String(event._id)}`);
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
    if (!process.env.SHOTS) return;
    await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: `${process.env.SHOTS}/${name}-phone.png`, fullPage: true });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 844 });
  }

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
    assert.ok(clicks <= 4, String(clicks));
  });

  it('rooms of everybody, pasted: two after the tab, and one for the tab', async () => {
    await click('link', 'Slots');
    clicks = 0;
    await click('link', 'Rooms');
    await page.getByLabel('Paste a list').fill('Lee\t12\nPark\t13\nCruz\tGym');
    await click('button', 'Save rooms');
    assert.deepEqual((await Resource.distinct('room', { event: event._id })).sort(), ['12', '13', 'Gym']);
    assert.ok(clicks <= 2, String(clicks));
  });

  it('a snow day: four', async () => {
    const [slot] = await Slot.find({ event: event._id, day: '2026-12-08' }).sort({ from: 1 }).limit(1).lean();
    const { _id } = await makeAppointment(slot!);
    await click('link', 'Slots');
    await click('link', 'Move a day');
    await page.getByLabel('New day').fill('2026-12-15');
    await click('button', 'Preview');
    await click('button', /^Move 90 slots/);
    assert.ok(clicks <= 4, String(clicks));
    await continueMoves(test.deps, new AbortController().signal);
    await page.reload();
    await look('moved');
    assert.equal(await Slot.countDocuments({ event: event._id, day: '2026-12-15' }), 90);
    assert.equal((await Appointment.findById(_id).lean())?.from.toISOString(), '2026-12-15T15:00:00.000Z');
  });
});
