import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { axeViolations, launchBrowser, openPage } from '../support/browser.js';
import { crawl } from '../support/crawl.js';
import { startDemoProcess, type RunningDemo } from '../support/demo.js';

describe('every page of the demo', function () {
  this.timeout(240_000);
  let demo: RunningDemo;
  let folder: string;
  let browser: Browser;

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

  for (const width of [1280, 390])
    for (const who of ['administrator', 'front desk', 'parent', 'nobody'] as const)
      it(`${who}, ${String(width)} px: nothing for axe to find${width === 1280 ? ', light or dark' : ''}; no page wider than the screen`, async () => {
        const page = await openPage(browser, { width });
        const faults: string[] = [];
        page.on('console', (message) => {
          if (message.type() === 'error') faults.push(`${page.url()}: ${message.text()}`);
        });
        page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
        if (who !== 'nobody') await logIn(page, demo, who);
        if (who === 'parent') await book(page, demo);
        const start = who === 'nobody' ? [`${demo.url}/login`, `${demo.url}/forgot`] : [demo.url];
        const visited = await crawl(page, start, async (pattern) => {
          // Colours do not depend on the width: the dark ones are looked at once.
          for (const colorScheme of width === 1280 ? (['light', 'dark'] as const) : (['light'] as const)) {
            await page.emulateMedia({ colorScheme });
            // The same page in other colours: only those can be wrong anew.
            for (const violation of await axeViolations(
              page,
              colorScheme === 'dark' ? 'colours' : 'everything',
            ))
              faults.push(`${pattern} (${colorScheme}): ${violation}`);
          }
          const wider = Number(
            await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'),
          );
          if (wider > 0) faults.push(`${pattern}: ${String(wider)} px wider than the screen`);
        });
        await page.close();
        assert.deepEqual(faults, []);
        assert.ok(
          visited.length >= { administrator: 25, 'front desk': 5, parent: 9, nobody: 2 }[who],
          visited.join('\n'),
        );
      });
});

/** A parent's way with a finger: the next teacher, the first free time, check, book. */
async function book(page: Page, demo: RunningDemo): Promise<void> {
  await page.goto(demo.link);
  await page.click('.next-bar a');
  await page.click('button[name=slot]');
  await page.click('.next-bar button');
  await page.waitForSelector('text=/booked/i');
  const faults = [...(await axeViolations(page))];
  assert.deepEqual(faults, []);
}

async function logIn(page: Page, demo: RunningDemo, who: keyof RunningDemo['logins']): Promise<void> {
  await page.goto(`${demo.url}/login`);
  await page.fill('input[name=email]', demo.logins[who].email);
  await page.fill('input[name=password]', demo.logins[who].password);
  await page.click('main button');
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
}
