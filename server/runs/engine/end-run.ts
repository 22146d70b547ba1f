import { CleverError } from '../../clever/explain-failure.js';
import type { Deps } from '../../deps.js';
import type { RunResult } from '../../models/run.js';
import type { ActiveRun } from './active-run.js';
import { isPassing } from './judge-fault.js';
import { RunFailed, RunHandedBack, RunLost, RunPutOff, RunStopped, RunWaits } from './run-ends.js';

/**
 * Ends a run that cannot go on, hands it back or puts it off, by what kept it from going on.
 * @param stopped what its page says where somebody asked for a stop
 */
export async function endBadly(
  { log }: Pick<Deps, 'log'>,
  run: ActiveRun,
  error: unknown,
  stopped: RunResult,
): Promise<void> {
  if (error instanceof RunLost) return;
  if (error instanceof RunHandedBack || isPassing(error)) {
    // Where even this fails, its silence tells: it is taken over.
    await run.handBack().catch(() => undefined);
    return;
  }
  if (error instanceof RunPutOff && (await run.putOff(error.until))) return;
  // Nothing keeps a run from being put off or from waiting but a stop.
  if ([RunStopped, RunPutOff, RunWaits].some((kind) => error instanceof kind)) {
    await run.end('stopped', stopped);
    return;
  }
  const result = resultOf(error);
  if (!result) log.error({ err: error, run: run.id.toHexString() }, 'run failed');
  await run.end('failed', result ?? { code: 'fault' });
}

/** What Clever, or a rule, kept the run from; undefined for a fault of Slotbell's own. */
function resultOf(error: unknown): RunResult | undefined {
  if (error instanceof CleverError) return { code: 'clever', fault: error.fault };
  return error instanceof RunFailed ? error.result : undefined;
}
