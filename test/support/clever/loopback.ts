import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createCleverClient,
  type CleverClient,
  type CleverClientOptions,
} from '../../../server/clever/client.js';
import { CleverError } from '../../../server/clever/explain-failure.js';
import type { Sandbox } from '../../../server/sandbox/start-sandbox.js';

/** A budget that no test uses up. */
export const PLENTY = { limit: 1_000_000, windowMs: 60_000 };

/** A server that answers as the test says. */
export async function serveLoopback(
  listener: RequestListener,
): Promise<{ origin: string; close: () => Promise<void> }> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

type Tuning = Omit<Partial<CleverClientOptions>, 'token' | 'clientId' | 'clientSecret' | 'districtId'>;

/** A client of the sandbox by its token, which writes its waits down instead of waiting. */
export function clientOf(sandbox: Sandbox, tuning: Tuning = {}): CleverClient & { slept: number[] } {
  const slept: number[] = [];
  const { url: apiUrl, tokensUrl, token } = sandbox;
  const sleep = async (ms: number) => void slept.push(ms);
  return { ...createCleverClient({ apiUrl, tokensUrl, token, sleep, ...tuning }), slept };
}

/** Reads a list to its end. */
export async function readAll<T>(pages: AsyncIterable<{ objects: T[] }>): Promise<T[]> {
  const all: T[] = [];
  for await (const { objects } of pages) all.push(...objects);
  return all;
}

/** The failure with which a promise ends; fails itself where it does not end with one. */
export async function failureOf(promise: Promise<unknown>): Promise<CleverError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof CleverError) return error;
    throw error;
  }
  throw new Error('expected a CleverError');
}
