import type { Response } from 'express';
import type { Deps } from '../deps.js';

const underWay = new Set<Promise<void>>();

/** Does `work` after the answer was sent, so that the time until the answer reveals nothing about it. Failures are logged. */
export function afterAnswer(deps: Pick<Deps, 'log'>, res: Response, work: () => Promise<void>): void {
  const isOut = res.closed ? Promise.resolve() : new Promise<void>((resolve) => res.once('close', resolve));
  const done = isOut.then(work).catch((error: unknown) => {
    deps.log.error({ err: error }, 'work after an answer failed');
  });
  underWay.add(done);
  void done.finally(() => underWay.delete(done));
}

/** Waits for the work that answered requests left. A process that stops does this before it disconnects from the database. */
export async function workIsDone(): Promise<void> {
  while (underWay.size > 0) await Promise.all(underWay);
}
