import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { Appointment } from '../../server/models/appointment.js';
import { Notification } from '../../server/models/notification.js';
import { User } from '../../server/models/user.js';
import { writeHtml } from '../../server/notifications/write-html.js';
import { keepWaitlists } from '../../server/waitlist/keep-waitlists.js';
import { makeUser } from '../support/app.js';
import { EVE } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';
import { axeViolations, launchBrowser } from '../support/browser.js';
import { lookAt, SHOTS, Site } from '../support/site.js';

describe('the waitlist on a phone', function () {
  let browser: Browser;
  let site: Site;
  let desk: Desk;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  afterEach(() => {
    site.close();
  });

  const press = async (page: Page, name: RegExp) => {
    await page.locator('a.btn, button.btn').filter({ hasText: name }).first().click();
    await page.waitForLoadState();
  };

  const ways = [
    { lang: 'en', javaScript: true, join: /Join the waitlist/, book: /Book this time/ },
    { lang: 'es', javaScript: false, join: /Anotarse en la lista/, book: /Reservar este horario/ },
  ];
  for (const { lang, javaScript, join, book } of ways)
    it(`is joined with one tap where nothing is free, and an offer is booked with one tap from its mail, in ${lang}, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
      desk = await Desk.open({ teachers: 2, students: 3, slots: 2, booking: { waitlistMinutes: 120 } });
      const [kim, max, lou] = [await desk.parentOf(0), await desk.parentOf(1), await desk.parentOf(2)];
      await User.updateMany({ _id: kim.user._id }, { language: lang });
      await desk.book(max.visitor, 0, 0, 1);
      await desk.book(lou.visitor, 0, 1, 2);
      site = await Site.open(desk.test);
      const { base } = site;
      const staff = await makeUser(desk.fair.account._id, 'administrator');
      const page = await site.openAs(browser, kim.user, EVE, { width: 390, javaScript, dark: !javaScript });

      await page.goto(`${base}${desk.timesPath(0, 0)}`);
      if (javaScript) assert.deepEqual(await axeViolations(page), [], page.url());
      await lookAt(page, `${lang}-full`);
      await press(page, join);
      assert.match(page.url(), /\/waitlist\/[0-9a-f]{24}$/);
      if (javaScript) assert.deepEqual(await axeViolations(page), [], page.url());
      await lookAt(page, `${lang}-line`);

      const [appointment] = await Appointment.find({ state: 'booked' }).lean();
      await cancelAppointment(desk.test.deps, {
        appointment: appointment!,
        by: 'school',
        actor: { user: staff._id },
      });
      await keepWaitlists(desk.test.deps, new AbortController().signal);
      const mail = await Notification.findOne({ kind: 'waitlist offer' }).orFail().lean();
      if (SHOTS) {
        await writeFile(
          `${SHOTS}/${lang}-mail.html`,
          writeHtml(mail.text, desk.test.deps.config.publicUrl, {}),
        );
        await page.goto(`file://${SHOTS}/${lang}-mail.html`);
        await page.screenshot({ path: `${SHOTS}/${lang}-mail.png`, fullPage: true });
      }
      await page.goto(`${base}${desk.home}`);
      await lookAt(page, `${lang}-home`);
      await page.goto(`${base}${new URL(/http\S+/.exec(mail.text)![0]).pathname}`);
      if (javaScript) assert.deepEqual(await axeViolations(page), [], page.url());
      await lookAt(page, `${lang}-offer`);
      if (javaScript) {
        const office = await site.openAs(browser, staff, EVE, { width: 390, dark: true });
        await office.goto(`${base}/events/${String(desk.fair.event._id)}/waitlist`);
        assert.deepEqual(await axeViolations(office), [], office.url());
        await lookAt(office, 'staff-lines');
        await office.close();
      }
      await press(page, book);
      assert.match(page.url(), /\/appointments\//);
      assert.equal(await Appointment.countDocuments({ state: 'booked', household: kim.household._id }), 1);
      await page.close();
    });
});
