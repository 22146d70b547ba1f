import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestHandler } from 'express';

/** Where the request that is being answered came from. */
const source = new AsyncLocalStorage<{ address: string }>();

/** Records the address of a request with the changes it makes. The address is stored only in the audit, not in any log. */
export const followSource: RequestHandler = (req, _res, next) => {
  source.run({ address: plainAddress(req.ip ?? '') }, next);
};

/** An IPv4 address as people write it, also if the system gives it as an IPv6 one. */
function plainAddress(address: string): string {
  return /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
}

/** The address of the request being answered; '' in a job. */
export function currentSource(): string {
  return source.getStore()?.address ?? '';
}

/** Does work that belongs to no request: a job that a request started in this process may be another person's. */
export function withoutSource<T>(work: () => T): T {
  return source.exit(work);
}
