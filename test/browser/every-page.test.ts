import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { axeViolations, bringAxe, dropAlike, launchBrowser, openPage } from '../support/browser.js';
import { crawl } from '../support/crawl.js';
import { startDemoProcess, type RunningDemo } from '../support/demo.js';

const SCREEN = { width: 1280, height: 844 };
const PHONE = { width: 390, height: 844 };
/** Letter paper between its margins. */
const SHEET = { width: 703, height: 943 };

/** Staff's pages lead to all others. */
const IS_LED = `!document.body.matches('.is-staff') || document.querySelectorAll('nav[aria-label=Main] a').length >= 4`;

describe('every page of the demo', () => {
  let demo: RunningDemo;
  let folder: string;
  let browser: Browser;
  /** What the pages are built of that axe has looked at. */
  const looked = new Set<string>();

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'slotbell-pages-'));
    demo = await startDemoProcess(folder);
    browser = await launchBrowser(false);
  });
  after(async () => {
    await browser.close();
    const code = await demo.stop();
    await rm(folder, { recursive: true, force: true });
    assert.equal(code, 0, 'the demo ends cleanly on Ctrl-C');
  });

  for (const [who, atLeast] of [
    ['administrator', 25],
    ['front desk', 5],
    ['parent', 9],
    ['nobody', 2],
  ] as const)
    it(`${who}: nothing for axe to find, on a screen or a phone, light or dark; no page wider than either`, async () => {
      const page = await openPage(browser, SCREEN);
      await bringAxe(page);
      const faults: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(`${page.url()}: ${message.text()}`);
      });
      page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
      if (who !== 'nobody') await logIn(page, demo, who);
      if (who === 'parent') faults.push(...(await bookTwice(page, demo)));
      const start = who === 'nobody' ? [`${demo.url}/login`, `${demo.url}/forgot`] : [demo.url];
      const visited = await crawl(page, start, async (pattern) => {
        for (const fault of await look(page, looked)) faults.push(`${pattern} ${fault}`);
      });
      await page.close();
      assert.deepEqual(faults, []);
      assert.ok(visited.length >= atLeast, visited.join('\n'));
    });

  it('heads take a quarter of a phone’s first screen at most', async () => {
    const page = await openPage(browser, PHONE);
    await logIn(page, demo, 'administrator');
    const event = await page.getAttribute('.list-table tbody th a', 'href');
    for (const path of HEADED) {
      await page.goto(`${demo.url}${path.startsWith('/global') ? '' : (event ?? '')}${path}`);
      const tabs = await page.locator('main > .page-head + .tabs').boundingBox();
      assert.ok(tabs && tabs.y + tabs.height <= PHONE.height / 4, `${path}: ${JSON.stringify(tabs)}`);
    }
    await page.close();
  });
});

/** The pages that staff are on all day, behind the event's address or as they stand. */
const HEADED = ['', '/classes', '/slots', '/day-sheet', '/problems', '/sync', '/global-setup/clever'];

/**
 * What is wrong with the page that is open, one line each. Widths and themes are style sheets' alone: it is loaded once for all. Widths
 * are those of the whole page; axe looks at it without its repetitions, and only if a part of it is built like none before: the same
 * part with other texts, or to somebody else, has the same faults.
 */
async function look(page: Page, looked: Set<string>): Promise<string[]> {
  const faults = await lookPrinted(page);
  // The phone last: a long page takes a while to be laid out anew, and axe begins there.
  for (const viewport of [SCREEN, PHONE]) {
    await page.setViewportSize(viewport);
    const wider = Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
    if (wider > 0) faults.push(`(${String(viewport.width)} px): ${String(wider)} px wider than the screen`);
  }
  if (!(await page.evaluate<boolean>(IS_LED))) faults.push('has no main navigation');
  const parts = await dropAlike(page);
  if (parts.every((part) => looked.has(part))) return faults;
  for (const part of parts) looked.add(part);
  for (const viewport of [PHONE, SCREEN]) {
    await page.setViewportSize(viewport);
    for (const violation of await axeViolations(page))
      faults.push(`(${String(viewport.width)} px, light): ${violation}`);
  }
  // The same page in other colours: only those can be wrong anew, and they do not depend on the width.
  await page.emulateMedia({ colorScheme: 'dark' });
  for (const violation of await axeViolations(page, 'colours')) faults.push(`(dark): ${violation}`);
  await page.emulateMedia({ colorScheme: 'light' });
  return faults;
}

/** On a sheet of paper, which is narrower than some screens: lists stay tables, and nothing is cut off. */
async function lookPrinted(page: Page): Promise<string[]> {
  await page.setViewportSize(SHEET);
  await page.emulateMedia({ media: 'print' });
  const wider = Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
  const cards = Number(
    await page.evaluate(
      `[...document.querySelectorAll('.list-table tbody th')].filter((cell) => cell.checkVisibility() && getComputedStyle(cell).display !== 'table-cell').length`,
    ),
  );
  await page.emulateMedia({ media: 'screen' });
  return [
    ...(wider > 0 ? [`(printed): ${String(wider)} px wider than the sheet`] : []),
    ...(cards > 0 ? [`(printed): ${String(cards)} rows of a table as a phone's cards`] : []),
  ];
}

/** On a phone and on a screen. @returns what axe finds about the page that says so */
async function bookTwice(page: Page, demo: RunningDemo): Promise<string[]> {
  const faults: string[] = [];
  for (const viewport of [PHONE, SCREEN]) {
    await page.setViewportSize(viewport);
    await book(page, demo);
    faults.push(...(await axeViolations(page)));
  }
  return faults;
}

/** A parent's way with a finger: the first teacher without a meeting, the first free time, and the check where the event asks something. */
async function book(page: Page, demo: RunningDemo): Promise<void> {
  await page.goto(demo.link);
  await page.locator('.link-list a[href*="/times/"]').first().click();
  await page.click('button[name=slot]');
  await page.waitForURL(/\/appointments\//);
  const check = page.locator('form[action$="/confirm"] .next-bar button');
  if (await check.count()) await check.click();
  await page.waitForSelector('text=/booked/i');
}

async function logIn(page: Page, demo: RunningDemo, who: keyof RunningDemo['logins']): Promise<void> {
  await page.goto(`${demo.url}/login`);
  await page.fill('input[name=email]', demo.logins[who].email);
  await page.fill('input[name=password]', demo.logins[who].password);
  await page.click('main button');
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
}
