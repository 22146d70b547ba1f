import { CleverError } from './explain-failure.js';
import { isRecord } from './read-answer.js';

export interface CleverPage<T> {
  objects: T[];
  /** How many entries had no id and are useless. */
  skipped: number;
}

export type Query = Record<string, string>;

/** How many empty pages in a row are accepted; `next` may lead to one (Clever's reference), never to many. */
const MOST_EMPTY_PAGES = 5;

export interface ReadPagesOptions {
  /** The only server that a `next` may name. */
  origin: string;
  /** Whether the next page is requested while the caller works on this one. */
  ahead?: boolean;
}

/**
 * Reads a list from its first page to its last. Of `next` only the query is used, added to the caller's own, and never the same one twice.
 * Ends normally only after the last page (the one without `next`), so that a caller who gets there has the whole list; everything else
 * throws a CleverError.
 */
export async function* readPages<T extends { id: string }>(
  askPage: (query: Query) => Promise<Record<string, unknown>>,
  first: Query,
  what: string,
  { origin, ahead = false }: ReadPagesOptions,
): AsyncGenerator<CleverPage<T>, void, undefined> {
  const queries = new Set<string>([sortedQuery(first)]);
  const contents = new Set<string>();
  let emptyInARow = 0;

  async function askNext(body: Record<string, unknown>): Promise<Record<string, unknown> | null> {
    const next = nextQuery(body, what, origin);
    if (!next) return null;
    const query = { ...first, ...next };
    const key = sortedQuery(query);
    if (queries.has(key)) throw new CleverError('loop', { what });
    queries.add(key);
    return askPage(query);
  }

  let body: Record<string, unknown> | null = await askPage(first);
  while (body) {
    const page = unwrap<T>(body, what);
    emptyInARow = page.objects.length === 0 ? emptyInARow + 1 : 0;
    // New cursors over the same records are an endless loop too.
    const content = fingerprint(page.objects);
    if (contents.has(content) || emptyInARow > MOST_EMPTY_PAGES) throw new CleverError('loop', { what });
    if (page.objects.length > 0) contents.add(content);
    const early: ReturnType<typeof askNext> | undefined = ahead ? askNext(body) : undefined;
    // Nobody waits for the early request if the caller leaves the loop.
    early?.catch(() => undefined);
    yield page;
    body = await (early ?? askNext(body));
  }
}

function unwrap<T extends { id: string }>(body: Record<string, unknown>, what: string): CleverPage<T> {
  if (!Array.isArray(body.data)) throw new CleverError('not-clever', { what });
  const objects: T[] = [];
  const entries: unknown[] = body.data;
  for (const entry of entries) {
    const object = isRecord(entry) ? entry.data : undefined;
    if (isRecord(object) && typeof object.id === 'string' && object.id !== '')
      objects.push(object as unknown as T);
  }
  return { objects, skipped: entries.length - objects.length };
}

function fingerprint(objects: readonly { id: string }[]): string {
  return `${objects[0]?.id ?? ''} ${objects.at(-1)?.id ?? ''} ${String(objects.length)}`;
}

/** The query of the `next` link; null on the last page. A link to a foreign origin is refused, not trimmed. */
function nextQuery(body: Record<string, unknown>, what: string, origin: string): Query | null {
  const links: unknown[] = Array.isArray(body.links) ? body.links : [];
  const next = links.filter(isRecord).find((link) => link.rel === 'next');
  if (!next) return null;
  const uri = next.uri;
  if (typeof uri !== 'string' || !URL.canParse(uri, origin)) throw new CleverError('not-clever', { what });
  const url = new URL(uri, origin);
  if (url.origin !== origin) throw new CleverError('redirect', { what });
  return Object.fromEntries(url.searchParams);
}

function sortedQuery(query: Query): string {
  const params = new URLSearchParams(query);
  params.sort();
  return params.toString();
}
