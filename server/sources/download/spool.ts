import { appendFile, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { explainDiskFault } from '../../disk-faults.js';
import type { ListName } from '../records/lists.js';
import { RunFailed } from '../../runs/engine/run-ends.js';

const BATCH = 1000;

/**
 * Stores downloaded lists while a refresh works through them, one file a list, readable by this account of the host alone (0600). Memory
 * holds one page and a few batches however large the district is. A file is a series of batches, each a JSON text whose length is kept
 * here.
 */
export class Spool {
  readonly #folder: string;
  readonly #lengths = new Map<ListName, number[]>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * @param name of the run and its try, so that a worker that was given up on does not write into its successor's files @throws RunFailed
   */
  static async open(dataDir: string, name: string): Promise<Spool> {
    const folder = path.join(spoolsIn(dataDir), name);
    await onDisk(async () => {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true, mode: 0o700 });
    });
    return new Spool(folder);
  }

  /** @throws RunFailed if the disk refuses it */
  async write(list: ListName, objects: readonly unknown[]): Promise<void> {
    const lengths = this.#lengths.get(list) ?? [];
    this.#lengths.set(list, lengths);
    for (let from = 0; from < objects.length; from += BATCH) {
      const batch = Buffer.from(JSON.stringify(objects.slice(from, from + BATCH)));
      await onDisk(() => appendFile(this.#file(list), batch, { mode: 0o600 }));
      lengths.push(batch.length);
    }
  }

  /** The list's objects in batches of at most 1,000; nothing if none were written. */
  async *read<T>(list: ListName): AsyncGenerator<T[], void, undefined> {
    const lengths = this.#lengths.get(list) ?? [];
    if (lengths.length === 0) return;
    const file = await open(this.#file(list));
    try {
      for (const length of lengths) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length);
        if (bytesRead < length) throw new Error(`The download of ${list} on this host’s disk was cut short.`);
        yield JSON.parse(buffer.toString()) as T[];
      }
    } finally {
      await file.close();
    }
  }

  async wipe(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #file(list: ListName): string {
    return path.join(this.#folder, `${list}.json`);
  }
}

/** Turns a disk fault into a failure of the run. Nothing of the roster is written before the download is complete. */
async function onDisk(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (explainDiskFault(error) === undefined) throw error;
    const errno = (error as NodeJS.ErrnoException).code ?? '';
    throw new RunFailed({ code: 'disk', errno }, { cause: error });
  }
}

/**
 * Removes what killed processes left behind.
 * @param isAtWork given a folder's name and the time of its newest file, whether somebody works in it
 */
export async function wipeSpools(
  dataDir: string,
  isAtWork: (name: string, changedAt: Date) => Promise<boolean>,
): Promise<void> {
  const names = await readdir(spoolsIn(dataDir)).catch(() => []);
  for (const name of names) {
    const folder = path.join(spoolsIn(dataDir), name);
    const found = await stat(folder).catch(() => undefined);
    if (found && !(await isAtWork(name, found.mtime))) await rm(folder, { recursive: true, force: true });
  }
}

function spoolsIn(dataDir: string): string {
  return path.join(dataDir, 'tmp');
}
