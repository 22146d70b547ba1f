import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { createApp } from '../../server/app.js';
import { continueMailings } from '../../server/mailings/run-mailing.js';
import { Mailing } from '../../server/models/mailing.js';
import { Notification } from '../../server/models/notification.js';
import { compose } from '../../server/notifications/send-mail.js';
import { createTestApp, makeUser, type TestApp } from '../support/app.js';
import { EVE, type Conference } from '../support/booking/conference.js';
import { axeViolations, launchBrowser, openPage } from '../support/browser.js';
import { emptyDatabase } from '../support/hooks.js';
import { makeGuardian, makeSchool } from '../support/mailings/school.js';
import { makeSessions } from '../support/sessions.js';

/** From the event's page on; typing and ticks are not clicks. SHOTS names a folder for pictures. */
describe('clicks that the office needs to write to families', function () {
  this.timeout(120_000);
  let test: TestApp;
  let server: Server;
  let browser: Browser;
  let page: Page;
  let school: Conference;
  let base: string;
  let clicks: number;

  before(async () => {
    browser = await launchBrowser();
    await emptyDatabase();
    test = createTestApp({ SMTP_URL: 'smtp://127.0.0.1:9' });
    test.setNow(EVE);
    school = await makeSchool();
    const { account, students } = school;
    await makeGuardian(account._id, 'Eva Lopez', 'eva@x.org', students.slice(0, 2));
    await makeGuardian(account._id, 'Tom Reed', 'tom@x.org', students.slice(2, 3));
    server = createApp(test.deps).listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const user = await makeUser(account._id, 'administrator');
    const [session] = await makeSessions([user], test.deps.config.appSecret, EVE);
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
    await page.goto(`${base}/events/${String(school.event._id)}`);
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

  it('announcing booking to all guardians: three', async () => {
    await click('link', 'Messages');
    await click('link', 'Announce booking');
    await click('button', 'Send to 2 people');
    assert.ok(clicks <= 3, String(clicks));
    assert.equal(await Mailing.countDocuments({ kind: 'announcement', state: 'scheduled' }), 1);
    await continueMailings(test.deps, new AbortController().signal);
    assert.equal(await Notification.countDocuments({ kind: 'announcement' }), 2);
    await page.reload();
    await look('announced');
  });

  it('reminding families without an appointment, from their report: three', async () => {
    await page.goto(`${base}/reports/${String(school.event._id)}/unbooked`);
    await click('link', 'Remind these');
    await click('button', 'Send to 2 people');
    assert.ok(clicks <= 3, String(clicks));
    assert.equal(await Mailing.countDocuments({ 'group.kind': 'unbooked' }), 1);
  });

  it('the mail itself is readable in both themes and no wider than a phone', async () => {
    const mail = await Notification.findOne({ kind: 'announcement' }).sort({ to: 1 }).orFail().lean();
    const { html } = compose(mail, test.deps.config);
    const reader = await openPage(browser, { width: 390 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await reader.emulateMedia({ colorScheme });
      await reader.setContent(html ?? '');
      assert.ok(await reader.getByRole('link', { name: 'Open the page' }).isVisible());
      const wider = Number(await reader.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
      assert.ok(wider <= 0, `${String(wider)} px wider`);
      if (process.env.SHOTS)
        await reader.screenshot({ path: `${process.env.SHOTS}/mail-${colorScheme}.png`, fullPage: true });
    }
    await reader.close();
  });
});
