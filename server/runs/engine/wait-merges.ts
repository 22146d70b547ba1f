import { setTimeout as delay } from 'node:timers/promises';
import { Duplicate } from '../../models/duplicate.js';
import type { HeldRun } from './hold-run.js';

/** A merge that has not said for this long that it lives was cut off, and so was a decision about an identity: anybody may finish it. */
const CUT_OFF_MS = 30_000;
const LOOK_MS = 250;

/** Whether who set about it then is taken for dead. */
export function isCutOff({ at }: { at: Date }, now: Date): boolean {
  return +at <= +now - CUT_OFF_MS;
}

/**
 * Waits until no contacts of the account are being merged, and no identity is being decided: both move what a run reads and writes.
 * Asked by a run that is at work already, so that neither begins meanwhile. What was cut off is not waited for. A merge can do nothing
 * more by itself then, as its mark of life is taken away; a decision is finished by the refresh.
 */
export async function waitForMerges(run: HeldRun): Promise<void> {
  for (;;) {
    const before = new Date(run.now().getTime() - CUT_OFF_MS);
    const { account } = run;
    await Duplicate.updateMany(
      { account, unfinished: true, 'merge.at': { $lte: before } },
      { $set: { 'merge.at': new Date(0) } },
    );
    const living = await Promise.all([
      Duplicate.exists({ account, unfinished: true, 'merge.at': { $gt: before } }),
      Duplicate.exists({ account, recycled: 'id', state: 'open', 'deciding.at': { $gt: before } }),
    ]);
    if (!living.some(Boolean)) return;
    run.noteProgress();
    await delay(LOOK_MS, undefined, { signal: run.signal }).catch(() => undefined);
    run.signal.throwIfAborted();
  }
}
