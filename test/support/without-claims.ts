import { Claim } from '../../server/models/claim.js';
import { Diary } from '../../server/models/diary.js';

/** Switches the claims off, to prove that it is they that keep others out: nothing is written, and all counts as written. */
export function switchClaimsOff(): { restore: () => void } {
  const models = [Claim, Diary] as { bulkWrite: unknown }[];
  const real = models.map(({ bulkWrite }) => bulkWrite);
  const pretend = (writes: unknown[]) =>
    Promise.resolve({ insertedCount: writes.length, modifiedCount: 0, upsertedCount: 0, deletedCount: 0 });
  for (const model of models) model.bulkWrite = pretend;
  return {
    restore: () => {
      for (const [at, model] of models.entries()) model.bulkWrite = real[at];
    },
  };
}
