import type { Job } from 'agenda';
import { withoutSource } from '../server/audit/follow-source.js';
import type { Deps } from '../server/deps.js';
import { resumeRuns, wipeOldDownloads } from '../server/sync/nights/resume-runs.js';
import type { OneShot, Recurring } from './job.js';
import type { AgendaQueue } from './queue.js';
import { ONE_SHOTS, RECURRING } from './schedule.js';

const LOOK_MS = 50;
/**
 * A job that takes longer hangs, or has so much to do that it may as well start over. It is told to stop, and after another fifth of this
 * time, enough for an email that is being sent, nobody waits for it. Runs and uploads continue by themselves.
 */
const LIMIT_MS = 10 * 60_000;
const UNLIMITED: ReadonlySet<string> = new Set([
  'run-sync',
  'run-refresh',
  'read-upload',
  'rehearse',
  'delete-contacts',
  'invite-staff',
]);

export interface Worker {
  /** Tells running jobs to stop at their next safe point, and waits for them. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** How long a job other than a run may take. */
  limitMs?: number;
  oneShots?: Record<string, OneShot>;
  recurring?: Recurring[];
}

/** Starts working through the queue and the schedule in this process. */
export async function startWorker(
  deps: Deps,
  queue: AgendaQueue,
  { limitMs = LIMIT_MS, oneShots = ONE_SHOTS, recurring = RECURRING }: WorkerOptions = {},
): Promise<Worker> {
  const { agenda } = queue;
  const stopping = new AbortController();
  const limitOf = (name: string): number | undefined => (UNLIMITED.has(name) ? undefined : limitMs);

  for (const [name, run] of Object.entries(oneShots)) {
    agenda.define<{ key: string }>(name, (job) =>
      catchFaults(deps, queue, job, () =>
        inTime(stopping.signal, limitOf(name), (signal) => run(deps, job.attrs.data.key, signal)),
      ),
    );
  }
  for (const { name, run } of recurring) {
    agenda.define(
      name,
      (job) =>
        catchFaults(deps, queue, job, () =>
          inTime(stopping.signal, limitOf(name), (signal) => run(deps, signal)),
        ),
      { concurrency: 1, lockLimit: 1 },
    );
  }
  agenda.on('error', (error: Error) => {
    deps.log.error({ err: error }, 'the job queue has a fault');
  });
  await wipeOldDownloads(deps);
  await resumeRuns(deps);
  // For emails that an earlier worker left queued.
  await queue.add('deliver-notifications', 'outbox');
  // For events that were being deleted.
  await queue.add('delete-events', 'all');
  for (const { name, everyMs } of recurring) await agenda.every(everyMs, name);
  // Last, so that a start that fails earlier has begun no job.
  await agenda.start();

  return {
    async stop() {
      stopping.abort();
      const idle = new AbortController();
      // Agenda checks whether it is idle before it removes the last job from its list, and then waits until the time is over; so this
      // checks instead.
      const look = setInterval(() => {
        agenda.getRunningStats().then(
          ({ runningJobs }) => {
            if (runningJobs === 0) idle.abort();
          },
          () => undefined,
        );
      }, LOOK_MS);
      // Jobs check `stopping` at each safe point. An email whose server has not answered by then will be sent again.
      await agenda.drain({ timeout: deps.config.drainMs, signal: idle.signal, closeConnection: false });
      clearInterval(look);
    },
  };
}

/**
 * Runs a job so that it never throws: a failed job would stay in the queue under its key, and Agenda does not retry it. What must be
 * retried is in the record that the job is about (a run's heartbeat, an email's next try). Renews the job's lock meanwhile.
 */
async function catchFaults<T>(
  deps: Deps,
  queue: AgendaQueue,
  job: Job<T>,
  work: () => Promise<void>,
): Promise<void> {
  const beat = setInterval(() => {
    job.touch().catch(() => undefined);
  }, queue.lockMs / 3);
  try {
    await withoutSource(work);
  } catch (error) {
    deps.log.error({ err: error, job: job.attrs.name }, 'job failed');
  } finally {
    clearInterval(beat);
  }
}

/**
 * Waits for the work until its time is over, and then gives it up, so that its place is free for other jobs of this worker and all others.
 */
async function inTime(
  stopping: AbortSignal,
  limitMs: number | undefined,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (limitMs === undefined) return work(stopping);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), limitMs);
  let giveUp: NodeJS.Timeout | undefined;
  const givenUp = new Promise<never>((_resolve, reject) => {
    const tooLong = new Error('The job took too long and was given up.');
    giveUp = setTimeout(() => reject(tooLong), limitMs * 1.2);
  });
  try {
    await Promise.race([work(AbortSignal.any([stopping, late.signal])), givenUp]);
  } finally {
    clearTimeout(timer);
    clearTimeout(giveUp);
  }
}
