import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { EVE } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';
import { axeViolations, launchBrowser, type PageOptions } from '../support/browser.js';
import { SHOTS, Site } from '../support/site.js';

describe('waiting for booking to open, on a phone', () => {
  let browser: Browser;
  let site: Site;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  afterEach(() => {
    site.close();
  });

  async function arrive(leftMs: number, options: PageOptions, query = ''): Promise<Page> {
    const desk = await Desk.open({ booking: { opensAt: new Date(EVE.getTime() + leftMs) } });
    const { user } = await desk.parentOf(0);
    site = await Site.open(desk.test);
    const page = await site.openAs(browser, user, EVE, options);
    // A device whose clock is a day fast: it would open at once.
    await page.addInitScript('{ const now = Date.now; Date.now = () => now() + 86400000; }');
    await page.goto(`${site.base}${desk.home}${query}`);
    return page;
  }
  const shoot = async (page: Page, name: string) => {
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
  };

  it('counts down whatever the device’s clock says, and turns into the way in without loading', async () => {
    const page = await arrive(600_000, { width: 390 });
    const clock = page.locator('[data-part=clock]');
    await clock.waitFor();
    assert.match(await clock.innerText(), /^Opens in (10:00|\d:\d\d)$/);
    assert.equal(await page.locator('[data-part=ready]').isVisible(), false);
    assert.deepEqual(await axeViolations(page), []);
    let loads = 0;
    page.on('load', () => loads++);
    // Rather than to wait until it is so.
    await page.evaluate(
      '{ const now = performance.now; performance.now = () => now.call(performance) + 610000; }',
    );
    await page.getByRole('link', { name: 'Choose times' }).waitFor();
    assert.deepEqual([loads, await clock.isVisible()], [0, false]);
    await shoot(page, 'opening-ready');
  });

  it('says days and hours in the reader’s language', async () => {
    const page = await arrive(51.5 * 3600_000, { width: 320, dark: true }, '?lang=es');
    await page.locator('[data-part=clock]').waitFor();
    assert.match(
      await page.locator('[data-part=clock]').innerText(),
      /^Se abren en 2 días 3 horas (30:00|2\d:\d\d)$/,
    );
    await shoot(page, 'opening-es-320');
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
  });

  it('comes back right after the opening without JavaScript', async () => {
    const page = await arrive(90_000, { width: 1280, javaScript: false });
    assert.match(await page.content(), /<meta http-equiv="refresh" content="9[1-3]">/);
    assert.match(await page.locator('main').innerText(), /loads again automatically/);
    await shoot(page, 'opening-nojs');
  });
});
