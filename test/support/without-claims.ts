import mongoose from 'mongoose';
import { Claim } from '../../server/models/claim.js';
import { Diary } from '../../server/models/diary.js';

type Together = (
  this: mongoose.Connection,
  writes: { model: unknown }[],
  options: unknown,
) => Promise<{ insertedCount: number }>;

/** Switches the claims off, to prove that it is they that keep others out: nothing is written, and all counts as written. */
export function switchClaimsOff(): { restore: () => void } {
  const models = [Claim, Diary] as { bulkWrite: unknown }[];
  const real = models.map(({ bulkWrite }) => bulkWrite);
  const written = (insertedCount: number) => ({
    ...{ insertedCount, modifiedCount: 0, upsertedCount: 0, deletedCount: 0 },
  });
  for (const model of models)
    model.bulkWrite = (writes: unknown[]) => Promise.resolve(written(writes.length));
  // Of writes to several collections those to others are made.
  const connection = mongoose.Connection.prototype as unknown as { bulkWrite: Together };
  const { bulkWrite } = connection;
  connection.bulkWrite = async function (writes, options) {
    const others = writes.filter(({ model }) => !models.some((one) => one === model));
    if (others.length === 0) return written(writes.length);
    const done = await bulkWrite.call(this, others, options);
    return { ...done, insertedCount: done.insertedCount + writes.length - others.length };
  };
  return {
    restore: () => {
      for (const [at, model] of models.entries()) model.bulkWrite = real[at];
      connection.bulkWrite = bulkWrite;
    },
  };
}
