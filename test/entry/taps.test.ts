import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { Appointment } from '../../server/models/appointment.js';
import { Notification } from '../../server/models/notification.js';
import { User } from '../../server/models/user.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { EVE, makeConference, type Conference } from '../support/booking/conference.js';
import { axeViolations, launchBrowser, openPage, settle } from '../support/browser.js';
import { emptyDatabase } from '../support/hooks.js';
import { SHOTS, Site } from '../support/site.js';

describe('from an event’s link to the first meeting, on a phone', () => {
  let browser: Browser;
  let site: Site;
  let test: TestApp;
  let fair: Conference;
  let base: string;

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp({ SMTP_URL: 'smtp://127.0.0.1:1' });
    test.setNow(EVE);
    fair = await makeConference();
    site = await Site.open(test);
    ({ base } = site);
  });
  afterEach(() => {
    site.close();
  });

  /** The page holds at 320 and 390 pixels, and passes axe where scripts run. */
  async function look(page: Page, name: string, javaScript: boolean): Promise<void> {
    if (javaScript) assert.deepEqual(await axeViolations(page), [], page.url());
    for (const width of [1280, 320, 390]) {
      await page.setViewportSize({ width, height: 844 });
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-${width}.png`, fullPage: true });
      const box = await page.locator('main').boundingBox();
      const wide = await page.evaluate('document.documentElement.scrollWidth');
      assert.ok(box && box.x >= 0 && Number(wide) <= width, `${page.url()} at ${width}`);
    }
  }

  for (const { lang, javaScript, ask } of [
    { lang: 'en', javaScript: true, ask: 'Email me a link' },
    { lang: 'es', javaScript: false, ask: 'Enviarme un enlace' },
  ])
    it(`takes at most 8 taps in ${lang}, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
      const page = await openPage(browser, { width: 390, javaScript, dark: !javaScript });
      let taps = 0;
      const tap = async (what: () => Promise<unknown>): Promise<void> => {
        taps += 1;
        await what();
        await settle(page);
      };
      const seen = (name: string) => look(page, `${lang}-${name}`, javaScript);
      await page.goto(`${base}/e/${fair.event.link}?lang=${lang}`);
      await seen('1-event');
      await page.fill('#f-email', 'maya.fernandez-lopez.de.la.vega@example.org');
      await page.fill('#f-name', 'Maya Lopez');
      await tap(() => page.locator('main form > details > summary').click());
      await page.fill('#f-number', '1000');
      // A list opens with one tap, and a second one selects.
      await tap(() => page.selectOption('#f-month', '3'));
      taps += 1;
      await page.fill('#f-day', '9');
      await page.fill('#f-year', '14');
      await seen('2-typed');
      await tap(() => page.getByRole('button', { name: ask }).click());
      await seen('3-sent');
      const mail = await Notification.findOne({ kind: 'log in' }).orFail().lean();
      const link = new URL(/http\S+/.exec(mail.text)?.[0] ?? '').pathname;
      await tap(() => page.goto(base + link));
      await seen('4-link');
      await tap(() => page.locator('main form button').click());
      assert.equal(new URL(page.url()).pathname, `/e/${fair.event.link}`);
      await seen('5-teachers');
      await tap(() => page.locator('a[href*="/times/"]').first().click());
      await tap(() => page.locator('button.time-free').first().click());
      await seen('6-done');
      assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
      assert.ok(taps <= 8, String(taps));
      assert.equal((await User.findOne().orFail().lean()).language, lang);
      await page.goto(base + link);
      await page.goto(`${base}/my/login`);
      await seen('7-password');
      await page.context().clearCookies();
      await page.goto(`${base}${link}?lang=${lang}`);
      await seen('8-over');
      await page.goto(`${base}/login?next=/e/${fair.event.link}&lang=${lang}`);
      await seen('9-login');
      await page.goto(`${base}/e/wrong?lang=${lang}`);
      await seen('10-lost');
      await page.close();
    });
});
