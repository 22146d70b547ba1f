import { setTimeout as delay } from 'node:timers/promises';
import { CleverError } from './explain-failure.js';
import { millisecondsUntilReset, numberIn, readAnswer } from './read-answer.js';
import { sendRequest, type RequestBounds } from './send-request.js';

/** Reported before every wait, so that a page can say why nothing moves. */
export interface Wait {
  reason: 'rate-limit' | 'retry';
  ms: number;
  what: string;
}

export interface PaceOptions {
  bounds: RequestBounds;
  /** Retries after the first try. */
  retries: number;
  signal?: AbortSignal | undefined;
  onWait?: ((wait: Wait) => void) | undefined;
  /** Replaced in tests. */
  sleep?: ((ms: number, signal?: AbortSignal) => Promise<void>) | undefined;
}

/** A longer wait is an error, as Clever's budget is renewed every minute. */
const LONGEST_WAIT_MS = 10 * 60_000;

/** Requests one address and returns the JSON object of the answer. */
export type Ask = (url: URL, authorization: string, what: string) => Promise<Record<string, unknown>>;

/**
 * Makes the single function for requests, with the budget of one token: it waits for the reset before the budget is used up (a part is left
 * to others who share the token), waits after a 429 until the reset, and repeats accidental failures after 1, 2, 4, 8 and 16 s. Throws a
 * CleverError.
 */
export function keepPace(options: PaceOptions): Ask {
  const { bounds, retries, signal } = options;
  let budget = { left: Infinity, reserve: 0, resetAt: 0 };

  async function wait(reason: Wait['reason'], ms: number, what: string): Promise<void> {
    if (ms > LONGEST_WAIT_MS) throw new CleverError('rate-limited', { what, waitMs: ms });
    options.onWait?.({ reason, ms, what });
    try {
      await (options.sleep ?? sleep)(ms, signal);
    } catch (error) {
      throw new CleverError('stopped', { what }, error);
    }
  }

  async function askOnce(url: URL, authorization: string, what: string): Promise<Record<string, unknown>> {
    const untilReset = budget.resetAt - Date.now();
    if (budget.left <= budget.reserve && untilReset > 0) await wait('rate-limit', untilReset, what);
    budget.left -= 1;
    const answer = await sendRequest(url, authorization, what, bounds, signal);
    const now = Date.now();
    const limit = numberIn(answer, 'x-ratelimit-limit');
    const left = numberIn(answer, 'x-ratelimit-remaining');
    if (limit !== undefined && left !== undefined) {
      budget = {
        left,
        reserve: Math.min(20, Math.floor(limit / 10)),
        resetAt: now + (millisecondsUntilReset(answer, now) ?? 0),
      };
    }
    return readAnswer(answer, what, now);
  }

  return async (url, authorization, what) => {
    for (let tries = 0; ; tries += 1) {
      try {
        return await askOnce(url, authorization, what);
      } catch (error) {
        if (!(error instanceof CleverError) || !error.repeatable || tries >= retries) throw error;
        // If the server's reset time is past but it still answers 429, waiting prevents a busy loop.
        const backOff = 1000 * 2 ** tries;
        if (error.kind === 'rate-limited')
          await wait('rate-limit', Math.max(error.waitMs ?? backOff, 250), what);
        else await wait('retry', backOff, what);
      }
    }
  };
}

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal ? { signal } : {});
}
