import { readFileSync } from 'node:fs';

/** What a stop may take beside the waits that it is told of: a database that hangs does not answer a farewell. */
const STOP_SPARE_MS = 15_000;
/** How often a process that npm started looks whether npm still lives. */
const PARENT_MS = 1000;

type Stop<T> = (part: T, signal: NodeJS.Signals) => Promise<unknown>;

/**
 * Ends the process in order when it is told to, at whatever moment of its start: what has begun by then is ended, and nothing else
 * begins. The same when npm, which started it, was killed: it would run on with nobody to stop it.
 */
export class Ending {
  readonly #longestMs: number;
  readonly #leaving = new AbortController();
  readonly #parts: ((signal: NodeJS.Signals) => Promise<unknown>)[] = [];
  #base: (signal: NodeJS.Signals) => Promise<unknown> = () => Promise.resolve();

  constructor({ stopPauseMs, drainMs }: { stopPauseMs: number; drainMs: number }) {
    this.#longestMs = stopPauseMs + drainMs + STOP_SPARE_MS;
    const once = (signal: NodeJS.Signals): void => void this.end(signal);
    process.on('SIGTERM', once);
    process.on('SIGINT', once);
    if (process.env.npm_lifecycle_event === undefined) return;
    const npm = findNpm();
    setInterval(() => {
      if (findNpm() !== npm) once('SIGTERM');
    }, PARENT_MS).unref();
  }

  /** Aborted as soon as the process is told to end. */
  get signal(): AbortSignal {
    return this.#leaving.signal;
  }

  /** Begins what all parts stand on, and is therefore ended after them. @returns it; never, where the process ends */
  beginBase<T>(started: Promise<T>, stop: Stop<T>): Promise<T> {
    this.#base = stopOnceStarted(started, stop);
    return this.unlessEnding(started);
  }

  /** Begins a part; all parts are ended side by side, each once it has started. @returns it; never, where the process ends */
  begin<T>(started: Promise<T>, stop: Stop<T>): Promise<T> {
    this.#parts.push(stopOnceStarted(started, stop));
    return this.unlessEnding(started);
  }

  /** Waits for a step of the start. What fails ends the process with one line. @returns never, where the process ends */
  async unlessEnding<T>(step: Promise<T>): Promise<T> {
    try {
      const value = await step;
      if (!this.signal.aborted) return value;
    } catch (error) {
      if (!this.signal.aborted) cannotStart(error);
    }
    return new Promise(() => undefined);
  }

  /** Ends the process, with the exit code that it has set. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.signal.aborted) return;
    this.#leaving.abort();
    setTimeout(() => process.exit(1), this.#longestMs);
    try {
      await Promise.all(this.#parts.map((stop) => stop(signal)));
      await this.#base(signal);
      // Agenda leaves timers behind for jobs that ran: without this the process would wait for them.
      process.exit();
    } catch {
      process.exit(1);
    }
  }
}

/**
 * Names npm, which started this process, by ids: of the process above, and of the one above that where a shell is in between, which lives
 * on without npm. Where the system does not tell, shells make way for what they start.
 */
function findNpm(): string {
  const { ppid } = process;
  try {
    const [, name = '', rest = ''] =
      /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${String(ppid)}/stat`, 'utf8')) ?? [];
    return /^(npm|node)/.test(name) ? String(ppid) : `${String(ppid)} ${rest}`;
  } catch {
    return String(ppid);
  }
}

function stopOnceStarted<T>(
  started: Promise<T>,
  stop: Stop<T>,
): (signal: NodeJS.Signals) => Promise<unknown> {
  return async (signal) => {
    // What could not be started needs no end.
    const part = await started.then(
      (value) => ({ value }),
      () => undefined,
    );
    if (part) await stop(part.value, signal);
  };
}

/** A start that cannot succeed says why in one message, not in a stack. */
function cannotStart(error: unknown): never {
  console.error(`Slotbell can’t start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
