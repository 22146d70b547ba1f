import { AsyncLocalStorage } from 'node:async_hooks';
import mongoose from 'mongoose';

interface Worker {
  name: string;
  /** How many steps it makes before it dies, as a killed process does: in the middle, without a word. */
  dieAfter: number;
  /** Only its writes are steps of which it dies: whoever dies at a read dies after the write before it. */
  ofWrites: boolean;
  steps: number;
  done: boolean;
}

interface Gate {
  worker: Worker;
  isRead: boolean;
  open: () => void;
}

const current = new AsyncLocalStorage<Worker>();
let gates: Gate[] = [];
let finishedStep: () => void = () => undefined;
let patched = false;

/**
 * Runs several pieces of work so that one step of one of them, a single call to the database, happens at a time; `choose` says whose
 * is next. The same choices give the same order. A worker that dies never comes back from its step.
 * @param choose picks one of so many that wait
 */
export async function interleave(
  work: { name: string; dieAfter?: number; ofWrites?: boolean; run: () => Promise<void> }[],
  choose: (waiting: number) => number,
): Promise<void> {
  patch();
  gates = [];
  let failure: unknown;
  const workers = work.map(({ name, dieAfter = Infinity, ofWrites = false, run }) => {
    const worker: Worker = { name, dieAfter, ofWrites, steps: 0, done: false };
    current.run(worker, () => {
      run()
        .catch((error: unknown) => (failure ??= error))
        .finally(() => (worker.done = true));
    });
    return worker;
  });
  for (;;) {
    await quiet(workers);
    if (failure) throw failure instanceof Error ? failure : new Error('work failed');
    gates = gates.filter(({ worker }) => !isDead(worker));
    if (gates.length === 0) return;
    const [gate] = gates.splice(choose(gates.length) % gates.length, 1);
    if (!gate) return;
    if (!gate.isRead || !gate.worker.ofWrites) gate.worker.steps++;
    const done = new Promise<void>((resolve) => (finishedStep = resolve));
    gate.open();
    await done;
  }
}

const READS = ['find', 'findOne', 'countDocuments', 'estimatedDocumentCount', 'distinct'];

const isDead = (worker: Worker) => worker.steps >= worker.dieAfter;

/** Until everything that could go on has reached its next call to the database. */
async function quiet(workers: Worker[]): Promise<void> {
  const waits = (worker: Worker) =>
    worker.done || isDead(worker) || gates.some((gate) => gate.worker === worker);
  // A few turns more: one that waits already may go on in another branch.
  for (let turn = 0; turn < 3 || !workers.every(waits); turn++)
    await new Promise((resolve) => setImmediate(resolve));
}

/** From then on calls to the database made inside `interleave` wait for their turn; others are as ever. */
function patch(): void {
  if (patched) return;
  patched = true;
  const exec = mongoose.Query.prototype.exec;
  mongoose.Query.prototype.exec = function (this: mongoose.Query<unknown, unknown>) {
    const { op = '' } = this as { op?: string };
    return inTurn(() => exec.call(this), READS.includes(op));
  };
  const save = mongoose.Model.prototype.$save;
  mongoose.Model.prototype.$save = function (this: mongoose.Document, ...args: unknown[]) {
    return inTurn(() => save.apply(this, args as never));
  } as typeof save;
  const aggregate = mongoose.Aggregate.prototype.exec;
  mongoose.Aggregate.prototype.exec = function (this: mongoose.Aggregate<unknown>) {
    return inTurn(() => aggregate.call(this) as Promise<unknown>, true);
  } as typeof aggregate;
  // What is read past mongoose.
  const { AggregationCursor } = mongoose.mongo;
  const toArray = AggregationCursor.prototype.toArray;
  AggregationCursor.prototype.toArray = function (this: typeof AggregationCursor.prototype) {
    return inTurn(() => toArray.call(this));
  };
  patchTogether();
  const bulkWrite = mongoose.Model.bulkWrite;
  // The database does the writes of one call one by one, and others' in between.
  mongoose.Model.bulkWrite = async function (
    this: typeof mongoose.Model,
    writes: unknown[],
    options: object,
  ) {
    if (!current.getStore()) return bulkWrite.call(this, writes as never, options);
    const done = { insertedCount: 0, modifiedCount: 0, upsertedCount: 0, deletedCount: 0 };
    for (const write of writes) {
      const one = await inTurn(() => bulkWrite.call(this, [write] as never, options));
      for (const key of Object.keys(done) as (keyof typeof done)[]) done[key] += one[key];
    }
    return done;
  } as unknown as typeof bulkWrite;
}

type Counts = Record<'insertedCount' | 'modifiedCount' | 'upsertedCount' | 'deletedCount', number>;
type Together = (this: mongoose.Connection, writes: unknown[], options: object) => Promise<Counts>;

/** Of writes to several collections each is a step too. */
function patchTogether(): void {
  const connection = mongoose.Connection.prototype as unknown as { bulkWrite: Together };
  const { bulkWrite } = connection;
  connection.bulkWrite = async function (writes, options) {
    if (!current.getStore()) return bulkWrite.call(this, writes, options);
    const done: Counts = { insertedCount: 0, modifiedCount: 0, upsertedCount: 0, deletedCount: 0 };
    for (const [at, write] of writes.entries()) {
      try {
        const one = await inTurn(() => bulkWrite.call(this, [write], options));
        for (const key of Object.keys(done) as (keyof Counts)[]) done[key] += one[key];
      } catch (error) {
        if (!(error instanceof mongoose.mongo.MongoClientBulkWriteError)) throw error;
        // It says which of all it was, and what was done before.
        error.writeErrors = new Map([...error.writeErrors.values()].map((fault) => [at, fault]));
        Object.assign(error, { partialResult: done });
        throw error;
      }
    }
    return done;
  };
}

/** Waits for a turn, as a call to the database that mongoose does not make. */
export function takeTurn(): Promise<void> {
  return inTurn(() => Promise.resolve());
}

async function inTurn<T>(call: () => Promise<T>, isRead = false): Promise<T> {
  const worker = current.getStore();
  if (!worker) return call();
  await new Promise<void>((open) => gates.push({ worker, isRead, open }));
  const finished = finishedStep;
  try {
    // What mongoose calls inside is part of this step.
    return await current.exit(call);
  } finally {
    finished();
  }
}
