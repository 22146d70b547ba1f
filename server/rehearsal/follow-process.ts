import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { forkBounded, isOutOfMemory } from '../fork-bounded.js';
import type { RehearsalEnd } from '../models/rehearsal.js';
import type { FromScratch, Outcome, ScratchProgress, ToScratch } from '../scratch/orders.js';

/** The limit of the heap: the app takes some 100 MB, and the families some more. */
const MOST_MB = 384;
const YOUNG_MB = 8;
/** How long a stopped process has to report what it measured. */
const FAREWELL_MS = 20_000;

/** A rehearsal that failed. */
export class BrokenOff extends Error {
  constructor(
    readonly why: RehearsalEnd,
    message: string = why,
  ) {
    super(message);
  }
}

/** The process of a rehearsal, as its worker sees it. */
export class ScratchProcess {
  readonly #child: ChildProcess;
  readonly #over: Promise<never>;
  /** Whether this side ended it. */
  #isEnded = false;
  #take: (message: FromScratch) => void = () => undefined;

  constructor(onProgress: (progress: ScratchProgress) => void) {
    this.#child = forkBounded(path.join(import.meta.dirname, '../scratch/run-scratch'), {
      mostMb: MOST_MB,
      youngMb: YOUNG_MB,
    });
    this.#over = new Promise<never>((_resolve, reject) => {
      this.#child.on('message', (message: FromScratch) => {
        if (message.tells === 'progress') onProgress(message);
        else if (message.tells === 'fault') reject(new BrokenOff(message.why, message.stack));
        else this.#take(message);
      });
      this.#child.once('error', reject);
      // Unlike 'exit', 'close' comes after the last message.
      this.#child.once('close', (code, endedBy) => {
        const isKilled = endedBy === 'SIGKILL' && !this.#isEnded;
        reject(new BrokenOff(isOutOfMemory(code, endedBy) ? 'memory' : isKilled ? 'killed' : 'process'));
      });
    });
    // Whoever waits for an answer gets the error; between two answers nobody does.
    this.#over.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Builds the indexes of its database.
   * @throws BrokenOff
   */
  async prepare(order: Omit<Extract<ToScratch, { order: 'prepare' }>, 'order'>): Promise<void> {
    await this.#ask({ order: 'prepare', ...order });
  }

  /**
   * Lets the families in.
   * @returns the outcome, even of a rehearsal that was stopped
   * @throws BrokenOff
   */
  async open(order: Omit<Extract<ToScratch, { order: 'open' }>, 'order'>): Promise<Outcome> {
    const answer = await this.#ask({ order: 'open', ...order });
    if (answer.tells !== 'outcome') throw new BrokenOff('process');
    return answer.outcome;
  }

  /** Ends the rehearsal early, with what was measured. */
  stop(): void {
    if (this.#child.connected) this.#child.send({ order: 'stop' } satisfies ToScratch, () => undefined);
    setTimeout(() => this.end(), FAREWELL_MS).unref();
  }

  end(): void {
    this.#isEnded = true;
    this.#child.kill('SIGKILL');
  }

  #ask(order: ToScratch): Promise<FromScratch> {
    const answer = new Promise<FromScratch>((resolve) => {
      this.#take = resolve;
    });
    if (this.#child.connected) this.#child.send(order, () => undefined);
    return Promise.race([answer, this.#over]);
  }
}
