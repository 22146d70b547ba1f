import { setTimeout as delay } from 'node:timers/promises';
import { Duplicate } from '../../models/duplicate.js';
import type { HeldRun } from './hold-run.js';

/** A merge that has not said for this long that it lives was cut off, and may be finished by anybody. */
export const CUT_OFF_MS = 30_000;
const LOOK_MS = 250;

/**
 * Waits until no contacts of the account are being merged: a merge moves what a run reads and writes. Asked by a run that is at work
 * already, so that no merge begins meanwhile. One that was cut off is not waited for, and can do nothing more by itself: its mark of life
 * is taken away, by which it goes on.
 */
export async function waitForMerges(run: HeldRun): Promise<void> {
  for (;;) {
    const before = new Date(run.now().getTime() - CUT_OFF_MS);
    const { account } = run;
    await Duplicate.updateMany(
      { account, unfinished: true, 'merge.at': { $lte: before } },
      { $set: { 'merge.at': new Date(0) } },
    );
    if (!(await Duplicate.exists({ account, unfinished: true, 'merge.at': { $gt: before } }))) return;
    run.noteProgress();
    await delay(LOOK_MS, undefined, { signal: run.signal }).catch(() => undefined);
    run.signal.throwIfAborted();
  }
}
