import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import mongoose from 'mongoose';

/** The error that a killed process's code gets from its next call to the database, which changes nothing there any more. */
class Killed extends Error {}

/** Work whose writes are counted, and in which something happens at one of them, or the process dies. */
interface Life {
  /** `collection.method` of each write so far. */
  writes: string[];
  dieAt: number;
  /** Of the write at which it dies, the database takes the first half. */
  half: boolean;
  beforeWrite: (nth: number) => Promise<void>;
  dead: boolean;
}

export interface Lived {
  writes: string[];
  killed: boolean;
}

const lives = new AsyncLocalStorage<Life>();
/** Reports each write of this process that was answered, by the collection. */
const written = new EventEmitter();
let patched = false;

const WRITES = [
  'insertOne',
  'insertMany',
  'bulkWrite',
  'updateOne',
  'updateMany',
  'deleteOne',
  'deleteMany',
  'findOneAndUpdate',
] as const;
const READS = ['find', 'findOne', 'countDocuments', 'distinct', 'aggregate'] as const;

/**
 * Does some work as a process that is killed just before its n-th write to the database: this call and every later one fail, so that
 * nothing the code does about it reaches the database. Dying at a read is the same as dying at the next write.
 * @param dieAt from 1; by default it lives to its end
 * @param half half of the fatal write is done, as when its batch was cut in two
 * @param beforeWrite something else that happens just before the n-th write
 */
export async function live(
  work: () => Promise<unknown>,
  {
    dieAt = Infinity,
    half = false,
    beforeWrite = () => Promise.resolve(),
  }: Partial<Pick<Life, 'dieAt' | 'half' | 'beforeWrite'>> = {},
): Promise<Lived> {
  patch();
  const life: Life = { writes: [], dieAt, half, beforeWrite, dead: false };
  try {
    await lives.run(life, work);
  } catch (error) {
    if (!life.dead) throw error;
  }
  return { writes: life.writes, killed: life.dead };
}

/**
 * Waits until a condition holds that a write of this process to the collection can bring about. Checks now and after each of these writes.
 */
export async function untilWritten(collection: string, isSo: () => Promise<boolean>): Promise<void> {
  patch();
  for (;;) {
    let tell = (): void => undefined;
    const next = new Promise<void>((resolve) => (tell = resolve));
    written.once(collection, tell);
    if (await isSo()) {
      written.off(collection, tell);
      return;
    }
    await next;
  }
}

type Call = (...args: unknown[]) => unknown;

function patch(): void {
  if (patched) return;
  patched = true;
  const methods = mongoose.mongo.Collection.prototype as unknown as Record<string, Call>;
  for (const name of WRITES) {
    const real = methods[name];
    if (!real) throw new Error(`The driver has no ${name}.`);
    methods[name] = function (this: mongoose.mongo.Collection, ...args: unknown[]) {
      const life = lives.getStore();
      const done = Promise.resolve(life ? write(life, this, name, args, real) : real.apply(this, args));
      const tell = (): void => void written.emit(this.collectionName);
      done.then(tell, tell);
      return done;
    };
  }
  for (const name of READS) {
    const real = methods[name];
    if (!real) throw new Error(`The driver has no ${name}.`);
    methods[name] = function (this: mongoose.mongo.Collection, ...args: unknown[]) {
      if (lives.getStore()?.dead) throw new Killed();
      return real.apply(this, args);
    };
  }
}

async function write(
  life: Life,
  collection: mongoose.mongo.Collection,
  name: string,
  args: unknown[],
  real: Call,
): Promise<unknown> {
  if (life.dead) throw new Killed();
  if (isBeat(args)) return lives.exit(() => real.apply(collection, args));
  life.writes.push(`${collection.collectionName}.${name}`);
  const nth = life.writes.length;
  await lives.exit(() => life.beforeWrite(nth));
  if (nth >= life.dieAt) {
    life.dead = true;
    const [many, ...more] = args;
    if (life.half && Array.isArray(many) && many.length > 1)
      await lives.exit(() => real.call(collection, many.slice(0, Math.ceil(many.length / 2)), ...more));
    throw new Killed();
  }
  // Calls inside the driver are part of this write.
  return lives.exit(() => real.apply(collection, args));
}

/**
 * Whether it only tells how far a run is. A run tells that by the clock, so that a slow machine's tells it more often: it does not count, or
 * one of two equal runs would write more than the other.
 */
function isBeat([, update]: unknown[]): boolean {
  const { $currentDate, ...others } = (update ?? {}) as Record<string, object | undefined>;
  const isOther = Object.keys(others).some((operator) => operator !== '$set' && operator !== '$setOnInsert');
  return $currentDate !== undefined && 'heartbeatAt' in $currentDate && !isOther;
}
