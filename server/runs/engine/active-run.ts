import type { Model, Types } from 'mongoose';
import { NO_COUNTS, type KindCounts, type Run, type RunResult } from '../../models/run.js';
import type { Remark } from '../log/say-remark.js';
import { QUIET_MS, type Timing } from './timing.js';
import { RunHandedBack, RunHung, RunLost, RunStopped } from './run-ends.js';
import { Stages } from './stages.js';

/** The shortest time between two writes of progress: as often as a page shows it, and far below the silence that loses a run. */
const KEEP_MS = 250;

export interface ActiveRunOptions {
  /** The names of its stages, in order. */
  stages: readonly string[];
  timing: Timing;
  /** Aborted when the worker is told to end: the run goes back to the queue at its next safe point. */
  stopping: AbortSignal;
  now: () => Date;
}

/**
 * A run that this worker has: its heartbeat, its progress, and the check between two batches whether to continue. Every write names the
 * fence under which the run was taken. A worker that was given up on (a long pause, a lost network) therefore matches nothing, and stops.
 */
export class ActiveRun {
  readonly id: Types.ObjectId;
  readonly account: Types.ObjectId;
  /** The event of an event's run. */
  readonly event: Types.ObjectId | undefined;
  /** Whether the run only notes what it would change. */
  readonly preview: boolean;
  /** Whether another worker had the run before and was lost. */
  readonly again: boolean;
  readonly counts: Run['counts'];
  readonly remarks: Run['remarks'];
  readonly now: () => Date;
  /** Whether this try has changed something that classes are made of (sections, courses, terms, who is here). */
  touched = false;
  readonly #model: Model<Run>;
  readonly #fence: number;
  readonly #stages: Stages;
  readonly #ended = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #stopping: AbortSignal;
  readonly #onStopping = () => this.#ended.abort(new RunHandedBack());
  #changed: boolean;
  readonly #keepMs: number;
  #keptAt = 0;
  readonly #quietMs: number;
  #quietUntil = 0;

  /** @param run the run as `takeRun` took it, or as `resumeWaiting` resumed it */
  constructor(model: Model<Run>, run: Run, { stages, timing, stopping, now }: ActiveRunOptions) {
    this.id = run._id;
    this.account = run.account;
    this.event = (run as Run & { event?: Types.ObjectId }).event;
    this.preview = run.purpose === 'preview';
    this.again = run.fence > 1;
    this.#changed = run.changed ?? false;
    this.#model = model;
    this.#fence = run.fence;
    this.counts = { ...run.counts };
    this.remarks = [...run.remarks];
    this.#stages = new Stages(stages, run.stages);
    this.#timer = setInterval(() => void this.#beat(), timing.heartbeatMs);
    this.#keepMs = Math.min(KEEP_MS, timing.staleMs / 10);
    this.#quietMs = timing.quietMs ?? QUIET_MS;
    this.noteProgress();
    this.now = now;
    this.#stopping = stopping;
    stopping.addEventListener('abort', this.#onStopping);
    if (stopping.aborted) this.#onStopping();
  }

  /** The name of this try at the run. */
  get name(): string {
    return `${this.id.toHexString()}.${String(this.#fence)}`;
  }

  /** Ends a request or a wait as soon as the run is lost, stopped or handed back; its reason says which. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Tells that the work moves on. A run that does not for long is given up, and another worker takes it. */
  noteProgress(): void {
    this.expectWait(0);
  }

  /** Announces a planned wait, such as for Clever's next minute. */
  expectWait(ms: number): void {
    this.#quietUntil = Math.max(this.#quietUntil, performance.now() + ms + this.#quietMs);
  }

  /**
   * Waits for the run's work, or until the work hangs: somebody who waits for hanging work could never hand the run back.
   * @throws what the work throws, or RunHandedBack
   */
  async whileGoing<T>(work: Promise<T>): Promise<T> {
    // If hanging work goes on after all, it ends at its next safe point; nobody waits for that.
    work.catch(() => undefined);
    let tell = (): void => undefined;
    const hung = new Promise<never>((_resolve, reject) => {
      tell = () => {
        if (this.signal.reason instanceof RunHung) reject(this.signal.reason);
      };
      this.signal.addEventListener('abort', tell);
    });
    try {
      return await Promise.race([work, hung]);
    } finally {
      this.signal.removeEventListener('abort', tell);
    }
  }

  /** Begins a stage and finishes the one before. @param total 0 if not known yet */
  async begin(name: string, total: number): Promise<void> {
    this.#stages.begin(name, total, this.now());
    await this.#keep();
  }

  /**
   * A safe point between two batches: keeps the progress and, a few times a second, checks whether to continue.
   * @param done how much of the stage was done since the last step
   * @throws RunLost, RunStopped, RunHandedBack
   */
  async step(done = 0): Promise<void> {
    this.#stages.advance(done);
    this.noteProgress();
    this.#ended.signal.throwIfAborted();
    if (performance.now() - this.#keptAt >= this.#keepMs) await this.#keep();
  }

  async #keep(): Promise<void> {
    this.noteProgress();
    this.#keptAt = performance.now();
    await this.#touch(this.#progress());
    this.#ended.signal.throwIfAborted();
  }

  count(kind: string, action: keyof KindCounts, by = 1): void {
    (this.counts[kind] ??= { ...NO_COUNTS })[action] += by;
  }

  /** Notes that the run is about to write to the roster: from now on there may be something to undo. */
  async markChanged(): Promise<void> {
    if (this.#changed) return;
    await this.#touch({ changed: true });
    this.#ended.signal.throwIfAborted();
    this.#changed = true;
  }

  /** Whether the run wrote to the roster. */
  get changed(): boolean {
    return this.#changed;
  }

  /** Adds a remark to the run's page. */
  warn(remark: Remark): void {
    this.remarks.push(remark);
  }

  /** Ends the run, unless another worker has it. @param unlessStopped refuses if somebody asked for a stop meanwhile */
  async end(state: Run['state'], result: RunResult, unlessStopped = false): Promise<boolean> {
    this.letGo();
    const now = this.now();
    if (state === 'done') this.#stages.finish(now);
    const ended = await this.#model.updateOne(
      { ...this.#mine(), ...(unlessStopped ? { stopRequested: false } : {}) },
      { $set: { state, result, finishedAt: now, ...this.#progress() } },
    );
    return ended.modifiedCount === 1;
  }

  /** Puts the run back into the queue, for another worker or a later time. */
  async handBack(): Promise<void> {
    this.letGo();
    const isHung = this.signal.reason instanceof RunHung;
    const spared = this.signal.aborted && !isHung ? { $inc: { spared: 1 } } : {};
    await this.#model.updateOne(this.#mine(), { $set: { state: 'queued' }, ...spared });
  }

  /** Puts the run back into the queue until then. @returns false if another worker has it, or somebody asked for a stop */
  async putOff(until: Date): Promise<boolean> {
    this.letGo();
    const put = await this.#model.updateOne(
      { ...this.#mine(), stopRequested: false },
      { $set: { state: 'queued', retryAt: until }, $inc: { retries: 1 } },
    );
    return put.modifiedCount === 1;
  }

  /**
   * Leaves the run waiting for another one, without a worker. It keeps its place, its fence and its progress; whoever finds the other run
   * over resumes it (`resumeWaiting`). @returns false if another worker has it, or somebody asked for a stop
   */
  async waitFor(other: Types.ObjectId): Promise<boolean> {
    this.letGo();
    const waits = await this.#model.updateOne(
      { ...this.#mine(), stopRequested: false },
      { $set: { waitsFor: other, ...this.#progress() } },
    );
    return waits.modifiedCount === 1;
  }

  /** Stops the heartbeat. */
  letGo(): void {
    clearInterval(this.#timer);
    this.#stopping.removeEventListener('abort', this.#onStopping);
  }

  #mine() {
    return { _id: this.id, state: 'running' as const, fence: this.#fence };
  }

  #progress() {
    return { stages: this.#stages.all, counts: this.counts, remarks: this.remarks };
  }

  async #touch(progress: Partial<Run>): Promise<void> {
    const run = await this.#model
      .findOneAndUpdate(
        this.#mine(),
        {
          ...(Object.keys(progress).length > 0 ? { $set: progress } : {}),
          // The database's clock, as the hosts' clocks may differ.
          $currentDate: { heartbeatAt: true },
        },
        { projection: { stopRequested: 1 } },
      )
      .lean();
    if (!run) this.#ended.abort(new RunLost());
    else if (run.stopRequested) this.#ended.abort(new RunStopped());
  }

  async #beat(): Promise<void> {
    if (performance.now() > this.#quietUntil) {
      this.#ended.abort(new RunHung());
      return;
    }
    // If the database is away, the next batch notices.
    await this.#touch({}).catch(() => undefined);
  }
}
