import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { continueMailings } from '../../server/mailings/run-mailing.js';
import { Mailing } from '../../server/models/mailing.js';
import { Notification } from '../../server/models/notification.js';
import { compose } from '../../server/notifications/send-mail.js';
import { createTestApp, makeUser, type TestApp } from '../support/app.js';
import { EVE, type Conference } from '../support/booking/conference.js';
import { openPage } from '../support/browser.js';
import { emptyDatabase } from '../support/hooks.js';
import { makeGuardian, makeSchool } from '../support/mailings/school.js';
import { Office } from '../support/office.js';

/** From the event's page on; typing and ticks are not clicks. SHOTS names a folder for pictures. */
describe('clicks that the office needs to write to families', () => {
  let test: TestApp;
  let office: Office;
  let page: Page;
  let school: Conference;
  let base: string;

  before(async () => {
    await emptyDatabase();
    test = createTestApp({ SMTP_URL: 'smtp://127.0.0.1:9' });
    test.setNow(EVE);
    school = await makeSchool();
    const { account, students } = school;
    await makeGuardian(account._id, 'Eva Lopez', 'eva@x.org', students.slice(0, 2));
    await makeGuardian(account._id, 'Tom Reed', 'tom@x.org', students.slice(2, 3));
    office = await Office.open(test, await makeUser(account._id, 'administrator'), EVE);
    ({ page, base } = office);
  });
  after(() => office.close());
  beforeEach(async () => {
    office.clicks = 0;
    await page.goto(`${base}/events/${String(school.event._id)}`);
  });

  const click: Office['click'] = (...what) => office.click(...what);

  it('announcing booking to all guardians: three', async () => {
    await click('link', 'Messages');
    await click('link', 'Announce booking');
    await click('button', 'Send to 2 people');
    assert.ok(office.clicks <= 3, String(office.clicks));
    assert.equal(await Mailing.countDocuments({ kind: 'announcement', state: 'scheduled' }), 1);
    await continueMailings(test.deps, new AbortController().signal);
    assert.equal(await Notification.countDocuments({ kind: 'announcement' }), 2);
    // The page of work that has ended loads itself anew.
    await page.locator('[data-progress-url]').waitFor({ state: 'detached' });
    await page.waitForLoadState();
    await office.look('announced');
  });

  it('reminding families without an appointment, from their report: three', async () => {
    await page.goto(`${base}/reports/${String(school.event._id)}/unbooked`);
    await click('link', 'Remind these families');
    await click('button', 'Send to 2 people');
    assert.ok(office.clicks <= 3, String(office.clicks));
    assert.equal(await Mailing.countDocuments({ 'group.kind': 'unbooked' }), 1);
  });

  it('the mail itself is readable in both themes and no wider than a phone', async () => {
    const mail = await Notification.findOne({ kind: 'announcement' }).sort({ to: 1 }).orFail().lean();
    const { html } = compose(mail, test.deps.config);
    const reader = await openPage(page.context().browser()!, { width: 390 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await reader.emulateMedia({ colorScheme });
      await reader.setContent(html);
      assert.ok(await reader.getByRole('link', { name: 'Open the page' }).isVisible());
      const wider = Number(await reader.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
      assert.ok(wider <= 0, `${String(wider)} px wider`);
      if (process.env.SHOTS)
        await reader.screenshot({ path: `${process.env.SHOTS}/mail-${colorScheme}.png`, fullPage: true });
    }
    await reader.close();
  });
});
