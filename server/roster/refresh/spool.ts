import { createReadStream } from 'node:fs';
import { appendFile, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ListName } from './lists.js';

const BATCH = 1000;

/**
 * Downloaded lists while a refresh works through them: a file a list and a line an object, for this account of the host alone
 * (0600), so that memory holds one page and one batch however large the district is.
 */
export class Spool {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param name of the run and its try, so that a worker which was given up on does not write into the next one's files */
  static async open(dataDir: string, name: string): Promise<Spool> {
    const folder = path.join(spoolsIn(dataDir), name);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new Spool(folder);
  }

  async write(list: ListName, objects: readonly unknown[]): Promise<void> {
    const lines = objects.map((object) => `${JSON.stringify(object)}\n`).join('');
    await appendFile(this.#file(list), lines, { mode: 0o600 });
  }

  /** The list's objects in batches; nothing where none were written. */
  async *read<T>(list: ListName): AsyncGenerator<T[], void, undefined> {
    let batch: T[] = [];
    for await (const line of this.#lines(list)) {
      batch.push(JSON.parse(line) as T);
      if (batch.length === BATCH) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  }

  async wipe(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async *#lines(list: ListName): AsyncGenerator<string, void, undefined> {
    await appendFile(this.#file(list), '', { mode: 0o600 });
    const file = createReadStream(this.#file(list), 'utf8');
    try {
      yield* createInterface({ input: file, crlfDelay: Infinity });
    } finally {
      file.destroy();
    }
  }

  #file(list: ListName): string {
    return path.join(this.#folder, `${list}.ndjson`);
  }
}

/** Removes what killed workers left behind. @param isAtWork tells of a spool's name whether its run is going on */
export async function wipeSpools(
  dataDir: string,
  isAtWork: (name: string) => Promise<boolean>,
): Promise<void> {
  const names = await readdir(spoolsIn(dataDir)).catch(() => []);
  for (const name of names) {
    if (await isAtWork(name)) continue;
    await rm(path.join(spoolsIn(dataDir), name), { recursive: true, force: true });
  }
}

function spoolsIn(dataDir: string): string {
  return path.join(dataDir, 'tmp');
}
