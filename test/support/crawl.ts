import type { Page } from 'playwright-core';

/** Say which part of a list is shown, and in which order: what the page is made of stays the same. */
const PARTS = ['page', 'size', 'sort', 'q', 'day', 'after'];

/**
 * What tells a page's kind: its path with what differs between records taken out (`/events/:id/classes`), or that with each of its
 * filters (`/events/:id/classes?type`).
 */
function kindsOf(url: URL): string[] {
  const path = url.pathname
    .replace(/\/[0-9a-f]{24}(?=\/|$)/g, '/:id')
    .replace(/\/(e|enter|prove|password|invitation)\/[\w-]{8,}/, '/$1/:link');
  const keys = new Set([...url.searchParams.keys()].filter((key) => !PARTS.includes(key)));
  // Columns chosen for paper are those of the screen, which is looked at with each of them.
  return keys.size === 0 || path.endsWith('/print')
    ? [path]
    : [...keys].sort().map((key) => `${path}?${key}`);
}

/**
 * Visits pages of every kind that links lead to, beginning at `starts`; one with two filters only if one of them is new.
 * @param look is called with each page open, which it may change; files to download and links that work once are left out
 * @returns the kinds that were visited
 */
export async function crawl(
  page: Page,
  starts: string[],
  look: (kinds: string) => Promise<void>,
): Promise<string[]> {
  const waiting = [...starts];
  const visited = new Set<string>();
  for (let address = waiting.shift(); address; address = waiting.shift()) {
    const url = new URL(address);
    const kinds = kindsOf(url);
    const known = kinds.every((kind) => visited.has(kind));
    if (
      known ||
      /\.(csv|ics|svg|xlsx)$|\/progress$|^\/(password|prove|invitation|unsubscribe)\//.test(url.pathname)
    )
      continue;
    for (const kind of kinds) visited.add(kind);
    await page.goto(address);
    const links = await page.evaluate<string[]>(
      "[...document.querySelectorAll('a[href]')].map((a) => a.href)",
    );
    await look(kinds.join(', '));
    waiting.push(
      ...links
        .filter((link) => new URL(link).origin === url.origin)
        .map((link) => link.split('#')[0] ?? link),
    );
  }
  return [...visited];
}
