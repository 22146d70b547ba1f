import type { Model, Types } from 'mongoose';
import { NO_COUNTS, type KindCounts, type Run, type RunResult } from '../../models/run.js';
import type { Remark } from '../log/say-remark.js';
import { QUIET_MS, type Timing } from './timing.js';
import { RunHandedBack, RunHung, RunLost, RunStopped } from './run-ends.js';
import { Stages } from './stages.js';

/** How often progress is kept, at most: as often as a page that shows it can tell, and long before the run counts as silent. */
const KEEP_MS = 250;

export interface ActiveRunOptions {
  /** The names of its stages, in order. */
  stages: readonly string[];
  timing: Timing;
  /** The worker is to end: the run goes back to the queue at its next safe point. */
  stopping: AbortSignal;
  now: () => Date;
}

/**
 * A run while this worker is at it: its heartbeat, its progress, and the question between two batches whether to go on.
 * Everything that it writes names the fence under which the run was taken, so a worker that was given up on (a long pause, a
 * lost network) finds nothing to write to, and stops.
 */
export class ActiveRun {
  readonly id: Types.ObjectId;
  readonly account: Types.ObjectId;
  /** Of a sync run. */
  readonly event: Types.ObjectId | undefined;
  /** It only notes what it would change. */
  readonly preview: boolean;
  /** Another worker was at it before and was lost. */
  readonly again: boolean;
  readonly counts: Run['counts'];
  readonly remarks: Run['remarks'];
  readonly now: () => Date;
  /** Something of what classes are made of has changed (sections, courses, terms, who is here), by this try: they may have to follow. */
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

  /** @param run as it was taken (`takeRun`), or as it goes on after a wait (`resumeWaiting`) */
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

  /** Of this try at the run. */
  get name(): string {
    return `${this.id.toHexString()}.${String(this.#fence)}`;
  }

  /** Ends a request or a wait as soon as the run is lost, stopped or handed back; its reason says which. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Notes that the work goes on: without it for long, the run is given up and another worker takes it. */
  noteProgress(): void {
    this.expectWait(0);
  }

  /** Tells of a wait that is meant, as for Clever's next minute. */
  expectWait(ms: number): void {
    this.#quietUntil = Math.max(this.#quietUntil, performance.now() + ms + this.#quietMs);
  }

  /**
   * Does the run's work, and ends with it or as soon as it hangs: whoever waits for a hanging one would never come to hand it back.
   * @throws what the work throws, or RunHandedBack
   */
  async whileGoing<T>(work: Promise<T>): Promise<T> {
    // Where it goes on after all, it ends at its next safe point, and nobody waits for that.
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

  /** Begins a stage; the one before is finished. @param total 0: not known yet */
  async begin(name: string, total: number): Promise<void> {
    this.#stages.begin(name, total, this.now());
    await this.#keep();
  }

  /**
   * A safe point, between two batches: keeps the progress and asks whether to go on, a few times a second.
   * @param done how much of the stage is done since the last one
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

  /** Whether it wrote to the roster. */
  get changed(): boolean {
    return this.#changed;
  }

  /** Says something plainly on the run's page. */
  warn(remark: Remark): void {
    this.remarks.push(remark);
  }

  /** Ends the run, unless it is no longer ours. @param unlessStopped refuses when somebody asked for a stop meanwhile */
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

  /** Puts the run back into the queue, for another worker or another time. */
  async handBack(): Promise<void> {
    this.letGo();
    const isHung = this.signal.reason instanceof RunHung;
    const spared = this.signal.aborted && !isHung ? { $inc: { spared: 1 } } : {};
    await this.#model.updateOne(this.#mine(), { $set: { state: 'queued' }, ...spared });
  }

  /** Puts the run back into the queue until then. @returns false when it is no longer ours, or somebody asked for a stop */
  async putOff(until: Date): Promise<boolean> {
    this.letGo();
    const put = await this.#model.updateOne(
      { ...this.#mine(), stopRequested: false },
      { $set: { state: 'queued', retryAt: until }, $inc: { retries: 1 } },
    );
    return put.modifiedCount === 1;
  }

  /**
   * Leaves the run waiting for another one, without a worker. It keeps its place, its fence and what it has done so far; whoever finds
   * the other one over goes on with it (`resumeWaiting`). @returns false when it is no longer ours, or somebody asked for a stop
   */
  async waitFor(other: Types.ObjectId): Promise<boolean> {
    this.letGo();
    const waits = await this.#model.updateOne(
      { ...this.#mine(), stopRequested: false },
      { $set: { waitsFor: other, ...this.#progress() } },
    );
    return waits.modifiedCount === 1;
  }

  /** Ends the heartbeat. */
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
          // The database's clock: the hosts' may differ.
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
    // A database that is away is noticed by the next batch.
    await this.#touch({}).catch(() => undefined);
  }
}
