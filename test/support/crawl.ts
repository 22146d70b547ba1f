import type { Page } from 'playwright-core';

/** A page's address with what differs between records taken out: `/events/:id/classes`. */
export function patternOf(url: URL): string {
  const path = url.pathname
    .replace(/\/[0-9a-f]{24}(?=\/|$)/g, '/:id')
    .replace(/\/(e|prove|password)\/[\w-]{8,}/, '/$1/:link');
  const keys = [...url.searchParams.keys()].filter(
    (key) => !['page', 'sort', 'q', 'day', 'after'].includes(key),
  );
  return path + (keys.length > 0 ? `?${[...new Set(keys)].sort().join('&')}` : '');
}

/**
 * Visits one page of every kind that links lead to, beginning at `starts`.
 * @param look is called with each page open; files to download and links that work once are left out
 * @returns the patterns that were visited
 */
export async function crawl(
  page: Page,
  starts: string[],
  look: (pattern: string) => Promise<void>,
): Promise<string[]> {
  const waiting = [...starts];
  const visited = new Set<string>();
  for (let address = waiting.shift(); address; address = waiting.shift()) {
    const url = new URL(address);
    const pattern = patternOf(url);
    if (visited.has(pattern) || /\.(csv|ics|svg|xlsx)$|\/progress$|^\/(password|prove)\//.test(url.pathname))
      continue;
    visited.add(pattern);
    await page.goto(address);
    await look(pattern);
    const links = await page.evaluate<string[]>(
      "[...document.querySelectorAll('a[href]')].map((a) => a.href)",
    );
    waiting.push(
      ...links
        .filter((link) => new URL(link).origin === url.origin)
        .map((link) => link.split('#')[0] ?? link),
    );
  }
  return [...visited];
}
