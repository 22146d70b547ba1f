import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { createTestApp, Visitor } from '../support/app.js';
import { launchBrowser, openPage } from '../support/browser.js';
import { emptyDatabase } from '../support/hooks.js';

const NOTE = 'This is your browser’s time zone.';
const ZONE = 'select[name="timeZone"]';

describe('the time zone of the first set-up', () => {
  let server: Server;
  let browser: Browser;
  let home: string;

  before(async () => {
    await emptyDatabase();
    server = createTestApp().app.listen(0);
    await once(server, 'listening');
    home = `http://localhost:${String((server.address() as AddressInfo).port)}/setup`;
    browser = await launchBrowser();
  });
  after(async () => {
    await browser.close();
    server.close();
  });

  async function open(timeZone: string, javaScript = true): Promise<Page> {
    const page = await openPage(browser, { width: 390, timeZone, javaScript });
    await page.goto(home);
    return page;
  }

  it('lists those of the United States first, under the names that people use', async () => {
    const { text } = await new Visitor(createTestApp().app).get('/setup');
    const labels = [...text.matchAll(/<option value="[^"]+"[^>]*>([^<]+)</g)].map(([, label]) => label);
    assert.deepEqual(labels.slice(0, 2), ['Eastern Time (New York)', 'Central Time (Chicago)']);
    assert.match(text, /data-proposes-zone hidden>/);
  });

  it('is the browser’s, said so, and one that somebody chose stays', async () => {
    const page = await open('America/Denver');
    assert.equal(await page.inputValue(ZONE), 'America/Denver');
    assert.ok(await page.getByText(NOTE).isVisible());
    await page.selectOption(ZONE, 'America/Phoenix');
    await page.click('button.btn-primary');
    await page.waitForLoadState();
    assert.match(await page.content(), /Please check/);
    assert.equal(await page.inputValue(ZONE), 'America/Phoenix');
    assert.equal(await page.getByText(NOTE).count(), 0);
    await page.close();
  });

  it('is proposed also where the list has it under another name', async () => {
    const page = await open('America/Indiana/Indianapolis');
    assert.match(await page.inputValue(ZONE), /Indianapolis$/);
    await page.close();
  });

  it('without scripts is one that a school may be in', async () => {
    const page = await open('Europe/Paris', false);
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    const isUtc = /^(Etc\/|UTC$|GMT)/.test(timeZone);
    assert.equal(await page.inputValue(ZONE), isUtc ? 'America/Chicago' : timeZone);
    assert.equal(await page.getByText(NOTE).isVisible(), false);
    await page.close();
  });
});
