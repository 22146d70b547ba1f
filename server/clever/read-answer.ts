import type { CleverFailure } from '../models/clever-fault.js';
import { CleverError } from './explain-failure.js';
import type { Answer } from './send-request.js';

const KIND_OF_STATUS: Record<number, CleverFailure> = {
  400: 'bad-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  413: 'page-too-large',
  429: 'rate-limited',
};

/**
 * Returns the JSON object in an answer. `now` (ms) is the local time, used if the answer has no date. Throws a CleverError for every status
 * but 200 and for everything that is not a JSON object.
 */
export function readAnswer(answer: Answer, what: string, now: number): Record<string, unknown> {
  const { status, text } = answer;
  if (status !== 200) throw failureOf(answer, what, now);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new CleverError(looksLikeData(text) ? 'truncated' : 'not-json', { what, status }, error);
  }
  // Every answer of Clever's has `data`; a proxy's own "please wait" in JSON does not.
  if (!isRecord(body) || !isData(body.data)) throw new CleverError('not-clever', { what, status });
  return body;
}

function failureOf(answer: Answer, what: string, now: number): CleverError {
  const { status } = answer;
  const detail = serverWords(answer.text);
  if (status >= 300 && status < 400) return new CleverError('redirect', { what, status });
  if (status === 429) {
    const waitMs = millisecondsUntilReset(answer, now);
    return new CleverError('rate-limited', { what, status, ...(waitMs === undefined ? {} : { waitMs }) });
  }
  const kind = KIND_OF_STATUS[status] ?? (status >= 500 ? 'server' : 'not-clever');
  return new CleverError(kind, { what, status, ...(detail ? { detail } : {}) });
}

/** Errors come as {"message"} or {"code","error"}, or as a proxy's HTML, which says nothing useful. */
function serverWords(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    const words = isRecord(body) ? (body.message ?? body.error) : undefined;
    return typeof words === 'string' ? words.slice(0, 200) : undefined;
  } catch {
    return undefined;
  }
}

function isData(data: unknown): boolean {
  return isRecord(data) || Array.isArray(data);
}

/** An empty text is an answer that was cut off before it began. */
function looksLikeData(text: string): boolean {
  return /^\s*([{[]|$)/.test(text);
}

/**
 * Milliseconds until the request budget is full again, from X-RateLimit-Reset (unix seconds), else Retry-After (seconds); undefined if the
 * answer has neither. Counted by the server's clock, as ours may be wrong.
 */
export function millisecondsUntilReset(answer: Answer, now: number): number | undefined {
  const reset = numberIn(answer, 'x-ratelimit-reset');
  if (reset !== undefined) {
    const date = Date.parse(String(answer.headers.date));
    return Math.max(0, reset * 1000 - (Number.isNaN(date) ? now : date));
  }
  const retryAfter = numberIn(answer, 'retry-after');
  return retryAfter === undefined ? undefined : Math.max(0, retryAfter * 1000);
}

/** A header's value if it is a plain number. */
export function numberIn(answer: Answer, header: string): number | undefined {
  const value = answer.headers[header];
  return typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : undefined;
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
