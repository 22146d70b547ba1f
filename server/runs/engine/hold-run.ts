import type { Model, Types } from 'mongoose';
import {
  NO_COUNTS,
  type KindCounts,
  type Run,
  type RunRemark,
  type RunResult,
  type RunState,
  type Stage,
} from '../../models/run.js';
import type { Remark } from '../log/say-remark.js';

/** How often a run says that it goes on, and after how long a silence another worker may take it. */
export interface Timing {
  heartbeatMs: number;
  staleMs: number;
  /**
   * The longest from one safe point to the next, waits that were told of (`expectWait`) apart: a worker that takes longer hangs. By
   * default longer than the slowest answer of Clever's and the slowest command to the database.
   */
  quietMs?: number;
}
export const TIMING: Timing = { heartbeatMs: 2000, staleMs: 30_000 };
const QUIET_MS = 330_000;

/** How often progress is kept, at most: as often as a page that shows it can tell, and long before the run counts as silent. */
const KEEP_MS = 250;

/** Somebody else has taken the run over: whoever sees this must not write another record. */
export class RunLost extends Error {}
/** A person asked for it to stop. */
export class RunStopped extends Error {}
/** This worker is going, or hangs; another one is to go on. */
export class RunHandedBack extends Error {}

export interface HeldRunOptions {
  /** The names of its stages, in order. */
  stages: readonly string[];
  timing: Timing;
  /** Ends the run too: the worker that stops. */
  outer: AbortSignal;
  now: () => Date;
}

/**
 * A run while this worker is at it: its heartbeat, its progress, and the question between two batches whether to go on.
 * Everything that it writes names the fence under which the run was taken, so a worker that was given up on (a long pause, a
 * lost network) finds nothing to write to, and stops.
 */
export class HeldRun {
  readonly id: Types.ObjectId;
  readonly account: Types.ObjectId;
  /** Of a sync run. */
  readonly event: Types.ObjectId | undefined;
  /** It only notes what it would change. */
  readonly preview: boolean;
  /** Another worker was at it before and was lost. */
  readonly again: boolean;
  readonly counts: Record<string, KindCounts>;
  readonly remarks: RunRemark[];
  readonly now: () => Date;
  readonly #model: Model<Run>;
  readonly #fence: number;
  readonly #stages: Stage[];
  readonly #ended = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #outer: AbortSignal;
  readonly #passOn: () => void;
  #changed: boolean;
  #touched = false;
  readonly #keepMs: number;
  #keptAt = 0;
  readonly #quietMs: number;
  #quietUntil = 0;

  /** @param run as it was taken (`takeRun`), or as it goes on after a wait (`resumeWaiting`) */
  constructor(model: Model<Run>, run: Run, { stages, timing, outer, now }: HeldRunOptions) {
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
    const begun = new Map(run.stages.map((stage) => [stage.name, stage]));
    this.#stages = stages.map((name) => begun.get(name) ?? { name, done: 0, total: 0 });
    this.#timer = setInterval(() => void this.#beat(), timing.heartbeatMs);
    this.#keepMs = Math.min(KEEP_MS, timing.staleMs / 10);
    this.#quietMs = timing.quietMs ?? QUIET_MS;
    this.noteProgress();
    this.#outer = outer;
    this.now = now;
    this.#passOn = () => {
      const reason: unknown = outer.reason;
      this.#ended.abort(isEnd(reason) ? reason : new RunHandedBack());
    };
    outer.addEventListener('abort', this.#passOn);
    if (outer.aborted) this.#passOn();
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
    const now = this.now();
    const before = this.#stages.find((stage) => stage.startedAt && !stage.finishedAt);
    if (before) Object.assign(before, { finishedAt: now, total: Math.max(before.total, before.done) });
    const stage = this.#stages.find((other) => other.name === name);
    if (!stage) throw new Error(`The run has no stage ${name}.`);
    Object.assign(stage, { startedAt: now, total });
    await this.#keep();
  }

  /**
   * A safe point, between two batches: keeps the progress and asks whether to go on, a few times a second.
   * @param done how much of the stage is done since the last one
   * @throws RunLost, RunStopped, RunHandedBack
   */
  async step(done = 0): Promise<void> {
    const stage = this.#stages.findLast((other) => other.startedAt);
    if (stage) stage.done += done;
    this.noteProgress();
    this.#ended.signal.throwIfAborted();
    if (performance.now() - this.#keptAt >= this.#keepMs) await this.#keep();
  }

  async #keep(): Promise<void> {
    this.noteProgress();
    this.#keptAt = performance.now();
    await this.#touch({ stages: this.#stages, counts: this.counts, remarks: this.remarks });
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

  /** Notes that something of what classes are made of changes: sections, courses, terms, who is here. Of this try alone. */
  markTouched(): void {
    this.#touched = true;
  }

  /** Whether classes may have to follow. */
  get touched(): boolean {
    return this.#touched;
  }

  /** Says something plainly on the run's page. */
  warn(remark: Remark): void {
    this.remarks.push(remark);
  }

  /** Ends the run, unless it is no longer ours. @param unlessStopped refuses when somebody asked for a stop meanwhile */
  async end(state: RunState, result: RunResult, unlessStopped = false): Promise<boolean> {
    this.letGo();
    const now = this.now();
    const current = this.#stages.find((stage) => stage.startedAt && !stage.finishedAt);
    if (current && state === 'done')
      Object.assign(current, { finishedAt: now, total: Math.max(current.total, current.done) });
    const ended = await this.#model.updateOne(
      { ...this.#mine(), ...(unlessStopped ? { stopRequested: false } : {}) },
      {
        $set: {
          state,
          result,
          finishedAt: now,
          stages: this.#stages,
          counts: this.counts,
          remarks: this.remarks,
        },
      },
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
      { $set: { waitsFor: other, stages: this.#stages, counts: this.counts, remarks: this.remarks } },
    );
    return waits.modifiedCount === 1;
  }

  /** Ends the heartbeat. */
  letGo(): void {
    clearInterval(this.#timer);
    this.#outer.removeEventListener('abort', this.#passOn);
  }

  #mine() {
    return { _id: this.id, state: 'running' as const, fence: this.#fence };
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

/** Nothing has come of it for too long. */
class RunHung extends RunHandedBack {}

function isEnd(reason: unknown): boolean {
  return reason instanceof RunLost || reason instanceof RunStopped || reason instanceof RunHandedBack;
}
