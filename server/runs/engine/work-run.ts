import { Types, type Model } from 'mongoose';
import type { Deps } from '../../deps.js';
import type { Run } from '../../models/run.js';
import { ActiveRun } from './active-run.js';
import { endBadly } from './end-run.js';
import { RunFailed } from './run-ends.js';
import { countTries, MOST_TRIES, takeRun } from './take-run.js';
import type { Timing } from './timing.js';

/** How a run is worked on. */
export interface Worked {
  stages: readonly string[];
  timing: Timing;
  /** Aborted when the worker is told to end: the run goes back to the queue at its next safe point. */
  stopping: AbortSignal;
}

/**
 * Takes a run that neither waits for another nor is put off, does its work, and ends it by what came of it; nothing where another worker
 * has it. A worker that dies leaves it to be done again from the start.
 * @param key the run's id; @param work throws `RunStopped` where nothing may begin, after it has noted why
 */
export async function workRun<Kind extends Run>(
  deps: Deps,
  model: Model<Kind>,
  key: string,
  { stages, timing, stopping }: Worked,
  work: (taken: Kind, run: ActiveRun) => Promise<void>,
): Promise<void> {
  const runs = model as unknown as Model<Run>;
  const taken = (await takeRun(runs, new Types.ObjectId(key), timing, deps.now())) as Kind | null;
  if (!taken) return;
  const run = new ActiveRun(runs, taken, { stages, timing, stopping, now: deps.now });
  try {
    if (countTries(taken) > MOST_TRIES) throw new RunFailed({ code: 'gave up', tries: MOST_TRIES });
    await run.whileGoing(work(taken, run));
    await run.end('done', { code: 'did', counts: {} });
  } catch (error) {
    // Work that was cut short because the run ends fails for that reason, whatever its own fault says.
    const why: unknown = run.signal.aborted ? run.signal.reason : error;
    await endBadly(deps, run, why, { code: 'stopped before its start' });
  } finally {
    run.letGo();
  }
}
