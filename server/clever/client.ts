import type { Logger } from 'pino';
import { CleverError } from './explain-failure.js';
import { keepPace, type PaceOptions, type Wait } from './keep-pace.js';
import { readApprovedDistricts, readToken } from './read-token.js';
import { isRecord } from './read-answer.js';
import { readPages, type CleverPage, type Query } from './read-pages.js';
import type { CleverDistrict, ListPath, ListedAt, SinglePath } from './schema.js';
import { DEFAULT_BOUNDS, type RequestBounds } from './send-request.js';

/** Either a district's own token, or the application's id and secret with which the token is looked up. */
export type CleverAuth = { token: string } | { clientId: string; clientSecret: string; districtId: string };

export type CleverClientOptions = CleverAuth & {
  /** With version, and with a path before it where a proxy wants one: https://api.clever.com/v3.1 */
  apiUrl: string;
  tokensUrl: string;
  /** Records a page, 1 to 10,000. */
  pageSize?: number | undefined;
  /** Stops everything: a request, a wait, a list in the middle. */
  signal?: AbortSignal | undefined;
  log?: Pick<Logger, 'warn'> | undefined;
  onWait?: ((wait: Wait) => void) | undefined;
  /** Retries after the first try; a page that a person waits for takes fewer. */
  retries?: number | undefined;
  bounds?: Partial<RequestBounds> | undefined;
  /** Replaced in tests. */
  sleep?: PaceOptions['sleep'];
};

export interface CleverClient {
  /**
   * Reads a list page by page in the server's order (which Clever does not promise). If the loop ends normally, the whole list was read; a
   * chain that breaks off throws.
   * @param ahead requests the next page while the caller works on this one
   */
  pages<P extends ListPath>(
    path: P,
    query?: Query,
    ahead?: boolean,
  ): AsyncGenerator<CleverPage<ListedAt<P>>, void, undefined>;
  /** One object, or null if Clever has none with this id (or no longer shares it). */
  one<P extends SinglePath>(path: P, id: string): Promise<ListedAt<P> | null>;
  /** The district that the token belongs to. */
  district(): Promise<CleverDistrict>;
  /** Ids of the districts that may be read: those that approved the application, or the token's own. */
  readableDistricts(): Promise<string[]>;
  /** The id of the newest event, to continue from after a full sync; null if there is none yet. */
  newestEventId(): Promise<string | null>;
}

/** Clever allows 10,000; a tenth keeps a page under 2 MB and its parsing under 50 ms. */
const DEFAULT_PAGE_SIZE = 1000;

/** Ids come from outside: they may name an object, never another place on the server. */
const PART_OF_PATH = /^[\w-]+$/;

/**
 * Makes a reader of one district's data, over Clever's Data API v3.0 or v3.1 or any server that speaks it. Knows no database. Everything
 * throws a CleverError, whose `kind` says what happened and whose `message` can be shown.
 */
export function createCleverClient(options: CleverClientOptions): CleverClient {
  const base = new URL(options.apiUrl);
  const pace = paceOptions(options);
  const ask = keepPace(pace);
  let token: Promise<string> | undefined;

  function currentToken(): Promise<string> {
    if ('token' in options) return Promise.resolve(options.token);
    if (token) return token;
    const reading = readToken(keepPace(pace), options, options.districtId);
    // A failed look-up must not be remembered.
    reading.catch(() => {
      if (token === reading) token = undefined;
    });
    token = reading;
    return reading;
  }

  /** Tokens change: after a 401 the token is looked up again, once, if that is possible. */
  async function askWithToken(url: URL, what: string): Promise<Record<string, unknown>> {
    const reading = currentToken();
    const used = await reading;
    try {
      return await ask(url, bearer(used, what), what);
    } catch (error) {
      if (!(error instanceof CleverError && error.kind === 'unauthorized') || 'token' in options) throw error;
      options.log?.warn({ what }, 'Clever refused the token; reading it again');
      if (token === reading) token = undefined;
      const fresh = await currentToken();
      if (fresh === used) throw error;
      return ask(url, bearer(fresh, what), what);
    }
  }

  function get(path: string, query: Query = {}): Promise<Record<string, unknown>> {
    const what = wordFor(path, query);
    return askWithToken(urlBelow(base, path, query, what), what);
  }

  function pages<P extends ListPath>(path: P, query: Query = {}, ahead = false) {
    const first = { limit: String(options.pageSize ?? DEFAULT_PAGE_SIZE), ...query };
    const { origin } = base;
    return readPages<ListedAt<P>>((asked) => get(path, asked), first, wordFor(path, query), {
      origin,
      ahead,
    });
  }

  async function one<P extends SinglePath>(path: P, id: string): Promise<ListedAt<P> | null> {
    if (!PART_OF_PATH.test(id)) return null;
    try {
      return dataOf(await get(`${path}/${id}`), wordFor(path)) as unknown as ListedAt<P>;
    } catch (error) {
      if (error instanceof CleverError && error.kind === 'not-found') return null;
      throw error;
    }
  }

  async function district(): Promise<CleverDistrict> {
    const { data } = await get('/districts');
    const entries: unknown[] = Array.isArray(data) ? data : [];
    const districts = entries.filter(isRecord).map((entry) => dataOf(entry, 'districts'));
    const wanted = 'token' in options ? districts[0] : districts.find(({ id }) => id === options.districtId);
    if (!wanted) throw new CleverError('not-approved', { what: 'districts' });
    return wanted;
  }

  async function readableDistricts(): Promise<string[]> {
    return 'token' in options ? [(await district()).id] : readApprovedDistricts(options, pace);
  }

  async function newestEventId(): Promise<string | null> {
    const newest = await pages('/events', { ending_before: 'last', limit: '1' }).next();
    return newest.value?.objects.at(-1)?.id ?? null;
  }

  return { pages, one, district, readableDistricts, newestEventId };
}

function paceOptions(options: CleverClientOptions): PaceOptions {
  const { log, onWait } = options;
  return {
    bounds: { ...DEFAULT_BOUNDS, ...options.bounds },
    retries: options.retries ?? 5,
    signal: options.signal,
    sleep: options.sleep,
    onWait(wait) {
      log?.warn(wait, 'waiting for Clever');
      onWait?.(wait);
    },
  };
}

/** What a path is about, in words: "sections", "guardians". */
function wordFor(path: string, query: Query = {}): string {
  const [type = '', , part = ''] = path.slice(1).split('/');
  return part || PEOPLE[query.role ?? ''] || type;
}

function urlBelow(base: URL, path: string, query: Query, what: string): URL {
  const segments = path.slice(1).split('/');
  if (!segments.every((segment) => PART_OF_PATH.test(segment))) throw new CleverError('not-found', { what });
  const url = new URL(`${base.pathname.replace(/\/+$/, '')}/${segments.join('/')}`, base.origin);
  url.search = new URLSearchParams(query).toString();
  return url;
}

const PEOPLE: Record<string, string> = {
  student: 'students',
  teacher: 'teachers',
  staff: 'staff',
  contact: 'guardians',
};

/** A pasted token may contain characters that a header cannot have. */
function bearer(token: string, what: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new CleverError('unauthorized', { what });
  return `Bearer ${token}`;
}

function dataOf(body: Record<string, unknown>, what: string): { id: string } {
  const data = body.data;
  if (!isRecord(data) || typeof data.id !== 'string') throw new CleverError('not-clever', { what });
  return { ...data, id: data.id };
}
