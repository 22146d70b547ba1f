import mongoose, { type Types } from 'mongoose';

const BATCH = 500;

interface OldRun {
  _id: Types.ObjectId;
  warnings: string[];
}

/**
 * Remarks of runs were sentences; they are codes with their numbers now. Those that are stored are kept as they are and shown so. The
 * list of what is held shows those that say why it waits: which they are is read here for the last time.
 */
export async function convertRemarks(): Promise<void> {
  const { db } = mongoose.connection;
  if (!db) throw new Error('There is no database connected.');
  for (const name of ['rosterRun', 'syncRun']) {
    const collection = db.collection<OldRun>(name);
    for (;;) {
      const old = await collection
        .find({ warnings: { $exists: true } }, { projection: { warnings: 1 }, limit: BATCH })
        .toArray();
      if (old.length === 0) break;
      await collection.bulkWrite(
        old.map(({ _id, warnings }) => ({
          updateOne: {
            filter: { _id, warnings },
            update: { $set: { remarks: warnings.map(remarkOf) }, $unset: { warnings: '' as const } },
          },
        })),
        { ordered: false },
      );
    }
  }
}

function remarkOf(text: string): { code: string; text: string; ofHeld?: true } {
  return { code: 'sentence', text, ...(text.includes('held until') ? { ofHeld: true } : {}) };
}
