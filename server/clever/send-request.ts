import { Agent, request } from 'undici';
import { CleverError } from './explain-failure.js';

/** Limits of one request, in milliseconds. */
export interface RequestBounds {
  /** Until the answer's first byte. */
  headersTimeoutMs: number;
  /** Between two pieces of the answer. */
  bodyTimeoutMs: number;
  /** For the whole request, so that a trickle cannot hold a run forever. */
  totalTimeoutMs: number;
  maxBodyBytes: number;
}

export const DEFAULT_BOUNDS: RequestBounds = {
  headersTimeoutMs: 60_000,
  bodyTimeoutMs: 30_000,
  totalTimeoutMs: 300_000,
  maxBodyBytes: 64 * 1024 * 1024,
};

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

// Idle connections do not keep the process alive, so nobody has to close it.
const agent = new Agent({ connect: { timeout: 10_000 }, connections: 8 });

/**
 * Sends one GET and reads the whole answer, whatever its status. Redirects are never followed. Throws a CleverError
 * (`time-out`, `connection`, `too-large`, `stopped`).
 */
export async function sendRequest(
  url: URL,
  authorization: string,
  what: string,
  bounds: RequestBounds,
  signal?: AbortSignal,
): Promise<Answer> {
  // AbortSignal.any would add a listener for each request to a signal that outlives thousands of them.
  const abort = new AbortController();
  const stop = () => {
    abort.abort(new CleverError('stopped', { what }));
  };
  const timer = setTimeout(() => {
    abort.abort(new CleverError('time-out', { what }));
  }, bounds.totalTimeoutMs);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    if (signal?.aborted) throw new CleverError('stopped', { what });
    const answer = await request(url, {
      dispatcher: agent,
      headers: { authorization, accept: 'application/json' },
      headersTimeout: bounds.headersTimeoutMs,
      bodyTimeout: bounds.bodyTimeoutMs,
      signal: abort.signal,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bounds.maxBodyBytes) throw new CleverError('too-large', { what });
      chunks.push(chunk);
    }
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: Buffer.concat(chunks).toString('utf8'),
    };
  } catch (error) {
    throw classify(error, what, abort.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

const TIME_OUTS = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'];

function classify(error: unknown, what: string, aborted: AbortSignal): CleverError {
  if (error instanceof CleverError) return error;
  if (aborted.aborted && aborted.reason instanceof CleverError) return aborted.reason;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new CleverError(TIME_OUTS.includes(code) ? 'time-out' : 'connection', { what }, error);
}
