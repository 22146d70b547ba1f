import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestHandler } from 'express';

/** Where the request that is being answered came from. */
const source = new AsyncLocalStorage<{ address: string }>();

/** Has what a request changes be recorded with the address that it came from. Its address goes into the audit alone, and into no log. */
export const followSource: RequestHandler = (req, _res, next) => {
  source.run({ address: plainAddress(req.ip ?? '') }, next);
};

/** An IPv4 address as people write it, also where the system has it as an IPv6 one. */
function plainAddress(address: string): string {
  return /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
}

/** The address of the request that asked for what is being done; '' in a job. */
export function currentSource(): string {
  return source.getStore()?.address ?? '';
}

/** Does the work as nobody's request: a job that a request set off in this process may be another person's. */
export function withoutSource<T>(work: () => T): T {
  return source.exit(work);
}
