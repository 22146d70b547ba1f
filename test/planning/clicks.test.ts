import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { Appointment } from '../../server/models/appointment.js';
import { EVE, makeHousehold } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';
import { axeViolations, launchBrowser } from '../support/browser.js';
import { lookAt, SHOTS, Site } from '../support/site.js';

describe('15 teachers by plan, on a phone', () => {
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

  async function arrive(javaScript: boolean, dark: boolean): Promise<Page> {
    desk = await Desk.open({ students: 3, teachers: 5, slots: 20 });
    const { user } = await desk.parent();
    await makeHousehold(desk.fair.account._id, desk.fair.students, user._id);
    site = await Site.open(desk.test);
    const page = await site.openAs(browser, user, EVE, { width: 390, javaScript, dark });
    await page.goto(`${site.base}${desk.home}`);
    return page;
  }

  const ways = [
    { lang: 'en', javaScript: true, names: [/Plan all my meetings/, 'Make my plan', 'Book all 15 meetings'] },
    {
      lang: 'es',
      javaScript: false,
      names: [/Planear todas mis citas/, 'Crear mi plan', 'Reservar las 15 citas'],
    },
  ];
  for (const { lang, javaScript, names } of ways)
    it(`takes 3 taps in ${lang}, ${javaScript ? 'with' : 'without'} JavaScript, and nothing is wider than the screen`, async () => {
      const page = await arrive(javaScript, !javaScript);
      await page.goto(`${page.url()}?lang=${lang}`);
      let taps = 0;
      for (const name of names) {
        if (javaScript) assert.deepEqual(await axeViolations(page), [], page.url());
        await lookAt(page, `${lang}-${String(taps)}`);
        taps += 1;
        await page.locator('a.btn-primary, button.btn-primary').filter({ hasText: name }).first().click();
        await page.waitForLoadState();
      }
      assert.equal(await Appointment.countDocuments({ state: 'booked' }), 15);
      assert.ok(taps <= 12);
      assert.match(page.url(), /schedule$/);
      await page.close();
    });

  it('counts down, and opens a line to change it with one tap', async () => {
    const page = await arrive(true, false);
    await page.locator('a.btn-primary').first().click();
    await page.locator('button.btn-primary').first().click();
    await page.getByText(/\d:\d\d left/).waitFor();
    await page
      .getByRole('button', { name: /^Change the meeting with/ })
      .first()
      .click();
    await page.getByRole('heading', { name: /Choose a time with/ }).waitFor();
    assert.deepEqual(await axeViolations(page), []);
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/line.png`, fullPage: true });
    await page.close();
  });
});
