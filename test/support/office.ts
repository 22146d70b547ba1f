import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { User } from '../../server/models/user.js';
import type { TestApp } from './app.js';
import { axeViolations, launchBrowser } from './browser.js';
import { SHOTS, Site } from './site.js';

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
    const site = await Site.open(test);
    const page = await site.openAs(browser, user, now, { width: 1280 });
    return new Office(page, site.base, async () => {
      await browser.close();
      site.close();
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
