import { CleverError } from '../../clever/explain-failure.js';
import type { Deps } from '../../deps.js';
import type { RunResult } from '../../models/run.js';
import type { ActiveRun } from './active-run.js';
import { isPassing } from './judge-fault.js';
import { RunFailed, RunHandedBack, RunLost, RunPutOff, RunStopped, RunWaits } from './run-ends.js';

/**
 * Ends a run that cannot continue, hands it back or puts it off, depending on the cause.
 * @param stopped what its page says if somebody asked for a stop
 */
export async function endBadly(
  { log }: Pick<Deps, 'log'>,
  run: ActiveRun,
  error: unknown,
  stopped: RunResult,
): Promise<void> {
  if (error instanceof RunLost) return;
  if (error instanceof RunHandedBack || isPassing(error)) {
    // If even this fails, the run falls silent and another worker takes it over.
    await run.handBack().catch(() => undefined);
    return;
  }
  if (error instanceof RunPutOff && (await run.putOff(error.until))) return;
  // Only a stop keeps a run from being put off or from waiting.
  if ([RunStopped, RunPutOff, RunWaits].some((kind) => error instanceof kind)) {
    await run.end('stopped', stopped);
    return;
  }
  const result = resultOf(error);
  if (!result) log.error({ err: error, run: run.id.toHexString() }, 'run failed');
  await run.end('failed', result ?? { code: 'fault' });
}

/** The refusal by Clever or by a rule; undefined for a fault of Slotbell's own. */
function resultOf(error: unknown): RunResult | undefined {
  if (error instanceof CleverError) return { code: 'clever', fault: error.fault };
  return error instanceof RunFailed ? error.result : undefined;
}
