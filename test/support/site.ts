import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { createApp } from '../../server/app.js';
import type { User } from '../../server/models/user.js';
import type { TestApp } from './app.js';
import { openPage, type PageOptions } from './browser.js';
import { makeSessions } from '../../server/scratch/make-sessions.js';

/** Where to leave pictures of the pages, for somebody who looks at them. */
export const { SHOTS } = process.env;

/** The app at an address of this machine, for a browser. */
export class Site {
  private constructor(
    /** The app's address, without a slash at its end. */
    readonly base: string,
    readonly deps: TestApp['deps'],
    private readonly server: Server,
  ) {}

  static async open({ deps }: Pick<TestApp, 'deps'>): Promise<Site> {
    const server = createApp(deps).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Site(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, deps, server);
  }

  /** A page of a browser in which somebody is logged in. @param now the app's time, at which they logged in */
  async openAs(browser: Browser, user: Pick<User, '_id'>, now: Date, options: PageOptions): Promise<Page> {
    const [session] = await makeSessions([user], this.deps.config.appSecret, now);
    const page = await openPage(browser, options);
    const [name = '', value = ''] = session!.cookie.split(/[=;]/);
    await page.context().addCookies([{ name, value, url: this.base }]);
    return page;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** Takes pictures of a page at a desk, on the smallest phone and on a usual one, and finds it no wider than any of them. */
export async function lookAt(page: Page, shot: string): Promise<void> {
  for (const width of [1280, 320, 390]) {
    await page.setViewportSize({ width, height: 844 });
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/${shot}-${String(width)}.png`, fullPage: true });
    const box = await page.locator('main').boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= width, `${page.url()} at ${String(width)}`);
  }
}
