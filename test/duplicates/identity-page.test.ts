import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { PASSWORD } from '../support/app.js';
import { axeViolations, launchBrowser, openPage, screenshot } from '../support/browser.js';
import { RecycledId } from '../support/roster/recycled-id.js';

/** Where to leave screenshots of the page, for somebody who looks at it. */
const PICTURES = process.env.PICTURES;

describe('the page that asks before a contact takes another name', () => {
  let of: RecycledId;
  let server: Server;
  before(async () => {
    of = await RecycledId.begin();
    of.recycle();
    await of.nights.district.sync();
    server = of.nights.district.test.app.listen(0);
    await once(server, 'listening');
  });
  after(async () => {
    server.close();
    await of.close();
  });

  it('is reached by keyboard alone, has nothing for axe to find, and fits a phone, light and dark', async () => {
    const browser = await launchBrowser();
    try {
      const page = await openPage(browser, { width: 1280, height: 844 });
      const home = `http://localhost:${String((server.address() as AddressInfo).port)}`;
      await page.goto(`${home}/login`);
      await page.fill('[name=email]', of.administrator.email);
      await page.fill('[name=password]', PASSWORD);
      await Promise.all([
        page.waitForURL((url) => url.pathname !== '/login'),
        page.press('[name=password]', 'Enter'),
      ]);
      await page.goto(`${home}/global-setup/duplicates`);
      const faults = await lookAt(page, 'list');
      await Promise.all([page.waitForURL(/identity/), page.press('button[name=as][value=same]', 'Enter')]);
      faults.push(...(await lookAt(page, 'identity')));
      assert.deepEqual(faults, []);
      assert.match(await page.title(), /Same person/);
      const name = `${of.betsy.firstName} ${of.betsy.lastName}`;
      assert.equal(await page.textContent('h1'), `Is ${name} the same person as William Johns?`);
    } finally {
      await browser.close();
    }
  });
});

async function lookAt(page: Page, name: string): Promise<string[]> {
  const faults: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 390]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 844 });
      const where = `${name} ${String(width)} ${colorScheme}`;
      faults.push(...(await axeViolations(page)).map((violation) => `${where}: ${violation}`));
      const wider = Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
      if (wider > 0) faults.push(`${where}: ${String(wider)} px wider than the screen`);
      if (PICTURES) await screenshot(page, path.join(PICTURES, `${where.replace(/ /g, '-')}.png`));
    }
  return faults;
}
