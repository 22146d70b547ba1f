import { setTimeout as delay } from 'node:timers/promises';
import { Duplicate } from '../../models/duplicate.js';
import { cutOffBefore, isDeleting, isMerging } from './find-at-work.js';
import type { ActiveRun } from './active-run.js';

const LOOK_MS = 250;

/**
 * Waits until no contacts of the account are being merged or deleted, and no identity is being decided: each moves what a run reads and
 * writes. Asked by a run that is at work already, so that none of them begins meanwhile. A merge that was cut off is not waited for: it can
 * do nothing more by itself then, as its mark of life is taken away; a decision is finished by the refresh. A deletion that was cut off
 * goes on by itself.
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
