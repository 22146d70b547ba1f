import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { createApp } from '../../server/app.js';
import type { User } from '../../server/models/user.js';
import type { TestApp } from './app.js';
import { axeViolations, launchBrowser, openPage } from './browser.js';
import { makeSessions } from './sessions.js';

/** Where to leave pictures of the pages, for somebody who looks at them. */
const { SHOTS } = process.env;

/** Somebody at a browser of their own, logged in, with the app behind it; clicks are counted, and each page that they lead to is looked at. */
export class Office {
  clicks = 0;

  private constructor(
    readonly page: Page,
    /** The app's address, without a slash at its end. */
    readonly base: string,
    readonly close: () => Promise<void>,
  ) {}

  /** @param now the app's time, at which they logged in */
  static async open(test: TestApp, user: Pick<User, '_id'>, now: Date): Promise<Office> {
    const browser = await launchBrowser();
    const server = createApp(test.deps).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const [session] = await makeSessions([user], test.deps.config.appSecret, now);
    const page = await openPage(browser, { width: 1280 });
    const [name = '', value = ''] = session!.cookie.split(/[=;]/);
    await page.context().addCookies([{ name, value, url: base }]);
    return new Office(page, base, async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    });
  }

  /** Clicks the first of that name, a text as it stands whole, and looks at the page that comes of it. */
  async click(role: 'link' | 'button', name: string | RegExp): Promise<void> {
    this.clicks += 1;
    await this.page
      .getByRole(role, { name, exact: typeof name === 'string' })
      .first()
      .click();
    await this.page.waitForLoadState();
    await this.look(String(name).replace(/\W+/g, '-'));
  }

  /** Nothing for axe to find; a picture of the screen and of the phone in the dark. */
  async look(shot: string): Promise<void> {
    const { page } = this;
    assert.deepEqual(await axeViolations(page), [], page.url());
    if (!SHOTS) return;
    await page.screenshot({ path: `${SHOTS}/${shot}.png`, fullPage: true });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: `${SHOTS}/${shot}-phone.png`, fullPage: true });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 844 });
  }
}
