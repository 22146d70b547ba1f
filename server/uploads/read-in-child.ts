import { AsyncResource } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { forkBounded, isOutOfMemory } from '../fork-bounded.js';
import type { StoredRecord } from '../roster-files/records/roster-files.js';
import type { FromReader, Questions } from './take-answer.js';
import type { PiecesRead, ReadingOrder, ReadingPlace } from './read-pieces.js';

/**
 * The bound of a reading's heap, in MB. A usual roster needs a tenth of it; the longest lists that an upload may have need most of it. The
 * system sees more: a bare Node process takes some 60 MB beside its heap, so that the longest lists were seen to take up to 357 MB.
 */
const MOST_MB = 320;
/** A roster is read in small parts. */
const YOUNG_MB = 4;

/** Reads the files of an upload. @param signal ends it; its reason is thrown then */
export type ReadFiles = (
  order: ReadingOrder,
  place: ReadingPlace,
  signal: AbortSignal,
) => Promise<PiecesRead | 'out of memory'>;

/**
 * Reads in a separate process with a limit of memory: whatever the files contain, this process neither grows nor ends. The other process
 * has neither database nor settings and asks this one.
 */
export function readInChild(mostMb = MOST_MB): ReadFiles {
  return async (order, place, signal) => {
    signal.throwIfAborted();
    const answers = new Answers(order, place);
    const child = startReader(mostMb);
    const end = () => void child.kill('SIGKILL');
    signal.addEventListener('abort', end);
    try {
      return await resultOf(child, answers, place, signal);
    } finally {
      signal.removeEventListener('abort', end);
      end();
      await answers.close();
    }
  };
}

function startReader(mostMb: number): ChildProcess {
  return forkBounded(path.join(import.meta.dirname, 'run-reader'), { mostMb, youngMb: YOUNG_MB });
}

function resultOf(
  child: ChildProcess,
  answers: Answers,
  place: ReadingPlace,
  signal: AbortSignal,
): ReturnType<ReadFiles> {
  return new Promise((resolve, reject) => {
    let read: PiecesRead | undefined;
    let fault: Error | undefined;
    const take = async (message: FromReader): Promise<void> => {
      if (message.tells === 'progress') place.onRead(message.bytes, message.total);
      else if (message.tells === 'read') read = message.read;
      else if (message.tells === 'fault')
        throw Object.assign(new Error('Reading the files failed.'), message);
      else {
        const value = await answers.to(message.about, message.value);
        // The end of the process tells that it ended meanwhile.
        if (child.connected) child.send({ n: message.n, value }, () => undefined);
      }
    };
    const onMessage = (message: unknown): void => {
      take(message as FromReader).catch((error: unknown) => {
        fault ??= error instanceof Error ? error : new Error(String(error));
        child.kill('SIGKILL');
      });
    };
    // Database requests count for the person who asked for the reading.
    child.on('message', AsyncResource.bind(onMessage));
    child.on('error', reject);
    // Unlike 'exit', this event comes after the last message.
    child.once('close', (code, endedBy) => {
      if (signal.aborted) reject(signal.reason as Error);
      else if (fault) reject(fault);
      else if (read) resolve(read);
      else if (isOutOfMemory(code, endedBy)) resolve('out of memory');
      else reject(new Error(`The process that read the files ended with ${endedBy ?? String(code)}.`));
    });
  });
}

/** Answers what the reading process asks. */
class Answers implements Questions {
  readonly #cursors = new Map<number, AsyncIterator<StoredRecord[]>>();

  constructor(
    private readonly ordered: ReadingOrder,
    private readonly place: ReadingPlace,
  ) {}

  to(about: keyof Questions, value: unknown): Promise<unknown> {
    return (this[about] as (value: unknown) => Promise<unknown>)(value);
  }

  order = () => Promise.resolve(this.ordered);
  keep: Questions['keep'] = (piece) => this.place.keep(piece);
  ids: Questions['ids'] = ({ list, ids }) => this.place.known.ids(list, ids);
  guardians: Questions['guardians'] = (students) => this.place.known.guardians(students);
  records: Questions['records'] = async ({ list, kind, cursor }) => {
    const batches = this.#cursors.get(cursor) ?? this.place.known.records(list, kind)[Symbol.asyncIterator]();
    this.#cursors.set(cursor, batches);
    const next = await batches.next();
    if (!next.done) return next.value;
    this.#cursors.delete(cursor);
    return undefined;
  };

  /** Releases what a stopped reading was asking for. */
  async close(): Promise<void> {
    for (const batches of this.#cursors.values()) await batches.return?.().catch(() => undefined);
  }
}
