import { setTimeout as delay } from 'node:timers/promises';
import { Duplicate } from '../../models/duplicate.js';
import { cutOffBefore, isDeleting, isMerging } from './find-at-work.js';
import type { ActiveRun } from './active-run.js';

const LOOK_MS = 250;

/**
 * Waits until no contacts of the account are being merged or deleted and no identity is being decided, as each of these moves what a run
 * reads and writes. The run asks while it is at work already, so none of them can begin meanwhile. It does not wait for a merge that was
 * cut off: without its sign of life that merge can do nothing more by itself. The refresh finishes a decision that was cut off; a deletion
 * resumes by itself.
 */
export async function waitForMerges(run: ActiveRun): Promise<void> {
  for (;;) {
    const now = run.now();
    const { account } = run;
    await Duplicate.updateMany(
      { account, unfinished: true, 'merge.at': { $lte: cutOffBefore(now) } },
      { $set: { 'merge.at': new Date(0) } },
    );
    if (!(await isMerging(account, now)) && !(await isDeleting(account))) return;
    run.noteProgress();
    await delay(LOOK_MS, undefined, { signal: run.signal }).catch(() => undefined);
    run.signal.throwIfAborted();
  }
}
