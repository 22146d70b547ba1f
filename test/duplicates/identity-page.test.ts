import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PASSWORD } from '../support/app.js';
import { launchBrowser, openPage } from '../support/browser.js';
import { findFaults } from '../support/find-faults.js';
import { RecycledId } from '../support/roster/recycled-id.js';

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
      const faults = await findFaults(page, 'list');
      await Promise.all([page.waitForURL(/identity/), page.press('button[name=as][value=same]', 'Enter')]);
      faults.push(...(await findFaults(page, 'identity')));
      assert.deepEqual(faults, []);
      assert.match(await page.title(), /Same person/);
      const name = `${of.betsy.firstName} ${of.betsy.lastName}`;
      assert.equal(await page.textContent('h1'), `Is ${name} the same person as William Johns?`);
    } finally {
      await browser.close();
    }
  });
});
