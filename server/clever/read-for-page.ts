import { setTimeout as delay } from 'node:timers/promises';
import type { Deps } from '../deps.js';
import type { Account } from '../models/account.js';
import type { CleverClient } from './client.js';
import { connectAccount, type AccountClient } from './connect-account.js';
import { CleverError } from './explain-failure.js';
import { recordRefusal } from './record-access.js';

export type PageReading<T> =
  | { ok: true; value: T }
  | { ok: false; reason: Extract<AccountClient, { ok: false }>['reason'] }
  | { ok: false; reason: 'clever'; error: CleverError };

/** As a person waits: one retry, and at most this long for one answer. */
const ONE_ANSWER_MS = 15_000;
/** At most this long for a whole list. */
const WHOLE_MS = 60_000;
/** At most this long before a retry. Clever's rate limit may ask for a minute: then the page says so instead of hanging. */
const LONGEST_WAIT_MS = 3000;

/** Reads from the account's district while a person waits for the page. Faults of Clever's are return values. */
export async function readForPage<T>(
  deps: Pick<Deps, 'config' | 'log'>,
  account: Pick<Account, '_id' | 'clever'>,
  read: (client: CleverClient, districtId: string) => Promise<T>,
): Promise<PageReading<T>> {
  const out = AbortSignal.timeout(WHOLE_MS);
  let waitedFor = '';
  const connected = connectAccount(deps, account, {
    retries: 1,
    signal: out,
    bounds: {
      headersTimeoutMs: ONE_ANSWER_MS,
      bodyTimeoutMs: ONE_ANSWER_MS,
      totalTimeoutMs: 2 * ONE_ANSWER_MS,
    },
    onWait: ({ reason }) => {
      waitedFor = reason;
    },
    sleep: async (ms, signal) => {
      if (ms > LONGEST_WAIT_MS) throw new Error('too long for a page');
      await delay(ms, undefined, signal ? { signal } : {});
    },
  });
  if (!connected.ok) return connected;
  try {
    return { ok: true, value: await read(connected.client, connected.districtId) };
  } catch (error) {
    if (!(error instanceof CleverError)) throw error;
    if (error.kind === 'unauthorized') await recordRefusal(account, error.fault);
    if (error.kind !== 'stopped') return { ok: false, reason: 'clever', error };
    const kind = !out.aborted && waitedFor === 'rate-limit' ? 'rate-limited' : 'time-out';
    return { ok: false, reason: 'clever', error: new CleverError(kind, { what: error.what }, error) };
  }
}
