import path from 'node:path';
import type { Page } from 'playwright-core';
import { axeViolations, screenshot } from './browser.js';

/** Where to leave pictures of the pages, for somebody who looks at them. */
const { PICTURES } = process.env;

/** What axe finds on a page, and where it is wider than the screen, on a desk and a phone, light and dark. */
export async function findFaults(page: Page, name: string): Promise<string[]> {
  const faults: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 390]) {
      await page.emulateMedia({ colorScheme });
      // High enough that the bar at the bottom lies over no link.
      await page.setViewportSize({ width, height: 1800 });
      const where = `${name} ${String(width)} ${colorScheme}`;
      faults.push(...(await axeViolations(page)).map((violation) => `${where}: ${violation}`));
      const wider = Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
      if (wider > 0) faults.push(`${where}: ${String(wider)} px wider than the screen`);
      if (PICTURES) await screenshot(page, path.join(PICTURES, `${where.replace(/ /g, '-')}.png`));
    }
  return faults;
}
