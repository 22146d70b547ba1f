import type { Response } from 'express';
import type { Deps } from '../deps.js';

const underWay = new Set<Promise<void>>();

/** Does `work` once the answer is out, so that the time the answer takes tells nothing of it. What fails is logged. */
export function afterAnswer(deps: Pick<Deps, 'log'>, res: Response, work: () => Promise<void>): void {
  const isOut = res.closed ? Promise.resolve() : new Promise<void>((resolve) => res.once('close', resolve));
  const done = isOut.then(work).catch((error: unknown) => {
    deps.log.error({ err: error }, 'work after an answer failed');
  });
  underWay.add(done);
  void done.finally(() => underWay.delete(done));
}

/** Waits for what answered requests left to do; a process that stops does, before it leaves the database. */
export async function workIsDone(): Promise<void> {
  while (underWay.size > 0) await Promise.all(underWay);
}
