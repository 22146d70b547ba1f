import type { Job } from 'agenda';
import type { Deps } from '../server/deps.js';
import { resumeRuns, wipeOldDownloads } from '../server/roster/resume-runs.js';
import type { AgendaQueue } from './queue.js';
import { ONE_SHOTS, RECURRING } from './schedule.js';

/** How long a stop waits for running jobs; they look at `stopping` at each safe point. */
const DRAIN_MS = 20_000;
const LOOK_MS = 50;

export interface Worker {
  /** Tells running jobs to stop at their next safe point and waits for them. */
  stop(): Promise<void>;
}

/** Starts working off the queue and the schedule in this process. */
export async function startWorker(deps: Deps, queue: AgendaQueue): Promise<Worker> {
  const { agenda } = queue;
  const stopping = new AbortController();

  for (const [name, run] of Object.entries(ONE_SHOTS)) {
    agenda.define<{ key: string }>(name, (job) =>
      calmly(deps, queue, job, () => run(deps, job.attrs.data.key, stopping.signal)),
    );
  }
  for (const { name, run } of RECURRING) {
    agenda.define(name, (job) => calmly(deps, queue, job, () => run(deps, stopping.signal)), {
      concurrency: 1,
      lockLimit: 1,
    });
  }
  agenda.on('error', (error: Error) => {
    deps.log.error({ err: error }, 'the job queue has a fault');
  });
  await wipeOldDownloads(deps);
  await resumeRuns(deps);
  await agenda.start();
  for (const { name, everyMs } of RECURRING) await agenda.every(everyMs, name);

  return {
    async stop() {
      stopping.abort();
      const idle = new AbortController();
      // Agenda asks whether it is idle before it takes the last job off its list, and then waits to the end: so we look.
      const look = setInterval(() => {
        agenda.getRunningStats().then(
          ({ runningJobs }) => {
            if (runningJobs === 0) idle.abort();
          },
          () => undefined,
        );
      }, LOOK_MS);
      await agenda.drain({ timeout: DRAIN_MS, signal: idle.signal, closeConnection: false });
      clearInterval(look);
    },
  };
}

/**
 * Runs a job so that it never throws: a job that failed would stay in the queue under its key, and Agenda does not retry it.
 * What must be retried is in the record that the job is about (a run's heartbeat, a mail's next try). Keeps the lock fresh meanwhile.
 */
async function calmly<T>(
  deps: Deps,
  queue: AgendaQueue,
  job: Job<T>,
  work: () => Promise<void>,
): Promise<void> {
  const beat = setInterval(() => {
    job.touch().catch(() => undefined);
  }, queue.lockMs / 3);
  try {
    await work();
  } catch (error) {
    deps.log.error({ err: error, job: job.attrs.name }, 'job failed');
  } finally {
    clearInterval(beat);
  }
}
