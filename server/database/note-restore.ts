import mongoose from 'mongoose';

/** A collection of one document that exists while a backup is being restored. */
export const RESTORE_NOTE = 'restoring';

interface Note {
  _id: 'unfinished';
  at: Date;
}

function note(): mongoose.mongo.Collection<Note> {
  const { db } = mongoose.connection;
  if (!db) throw new Error('No database is connected.');
  return db.collection<Note>(RESTORE_NOTE);
}

/** Whether the database holds only the data of a restore that did not finish. */
export async function isHalfRestored(): Promise<boolean> {
  return (await note().findOne({ _id: 'unfinished' })) !== null;
}

export async function noteRestore(): Promise<void> {
  await note().updateOne({ _id: 'unfinished' }, { $set: { at: new Date() } }, { upsert: true });
}

export async function forgetRestore(): Promise<void> {
  await note().drop();
}

/** @throws a plain message if the app would start with a part of its data */
export async function refuseHalfRestored(): Promise<void> {
  if (await isHalfRestored())
    throw new Error(
      'A restore into this database was cut off. Run the restore again. It starts over on its own.',
    );
}
