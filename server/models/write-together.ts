import mongoose, { type AnyBulkWriteOperation, type Model } from 'mongoose';
import { DUPLICATE_KEY, isDuplicateKey } from './duplicate-key.js';

/** One write to one collection. */
export interface Write {
  model: Model<unknown>;
  write: AnyBulkWriteOperation;
}

export interface Written {
  /** How many documents were made, changed or deleted. */
  changed: number;
  /** The place of the write that a unique index refused: those before it were made, it and those after it were not. */
  refused?: number;
}

/** Writes to one collection, for `writeTogether`. */
export function writesTo<T extends mongoose.mongo.Document>(
  model: Model<T>,
  writes: AnyBulkWriteOperation<T>[],
): Write[] {
  return writes.map((write) => ({ model, write }) as unknown as Write);
}

/** The server says that it has no such command. */
const NO_SUCH_COMMAND = 59;

/** A server before 8.0 does not know the command that writes to several collections. */
let isKnown = true;

/** Asks the server anew, as after it was replaced by another one. */
export function forgetServer(): void {
  isKnown = true;
}

/**
 * Does writes to several collections in their order, up to the first that a unique index refuses. One command where the server is 8.0 or
 * later, as the embedded engine is; else one for each run of writes to one collection. No transaction: who dies in between has
 * made the first of them.
 */
export async function writeTogether(writes: Write[]): Promise<Written> {
  if (writes.length === 0) return { changed: 0 };
  if (isKnown) {
    try {
      return await writeAtOnce(writes);
    } catch (error) {
      if (codeOf(error) !== NO_SUCH_COMMAND) throw error;
      isKnown = false;
    }
  }
  return writeInRuns(writes);
}

/** The server's code for a fault. The driver's bulk write hides the fault of a whole command in an error of its own, as the cause. */
function codeOf(error: unknown): unknown {
  const { cause, code } = error as { cause?: unknown; code?: unknown };
  return (cause as { code?: unknown } | undefined)?.code ?? code;
}

/** The same, past those that a unique index refuses: what they would have written is there already. */
export async function writeAnyway(writes: Write[]): Promise<void> {
  for (let from = 0; from < writes.length;) {
    const { refused } = await writeTogether(writes.slice(from));
    if (refused === undefined) return;
    from += refused + 1;
  }
}

async function writeAtOnce(writes: Write[]): Promise<Written> {
  const operations = writes.map(({ model, write }) => {
    const [[name, rest] = []] = Object.entries(write);
    return { model, name, ...(rest as object) };
  });
  try {
    const done = await mongoose.connection.bulkWrite(operations as never, { ordered: true });
    return { changed: changedBy(done) };
  } catch (error) {
    if (!(error instanceof mongoose.mongo.MongoClientBulkWriteError)) throw error;
    const [[refused, fault] = []] = [...error.writeErrors];
    const isRefused = refused !== undefined && error.writeConcernErrors.length === 0;
    if (!isRefused || fault?.code !== DUPLICATE_KEY) throw error;
    return { changed: error.partialResult ? changedBy(error.partialResult) : 0, refused };
  }
}

async function writeInRuns(writes: Write[]): Promise<Written> {
  let changed = 0;
  for (let from = 0; from < writes.length;) {
    const model = writes[from]?.model;
    if (!model) break;
    const end = writes.findIndex((one, at) => at > from && one.model !== model);
    const run = writes.slice(from, end < 0 ? undefined : end);
    try {
      const done = await model.bulkWrite(
        run.map(({ write }) => write),
        { ordered: true },
      );
      changed += changedBy(done);
    } catch (error) {
      if (!isDuplicateKey(error) || !(error instanceof mongoose.mongo.MongoBulkWriteError)) throw error;
      const [fault] = ([] as mongoose.mongo.WriteError[]).concat(error.writeErrors);
      return { changed: changed + changedBy(error.result), refused: from + (fault?.index ?? 0) };
    }
    from += run.length;
  }
  return { changed };
}

interface Counts {
  insertedCount: number;
  modifiedCount: number;
  upsertedCount: number;
  deletedCount: number;
}

function changedBy({ insertedCount, modifiedCount, upsertedCount, deletedCount }: Counts): number {
  return insertedCount + modifiedCount + upsertedCount + deletedCount;
}
