import mongoose, { type mongo } from 'mongoose';
import { isPassing } from '../engine/judge-fault.js';
import { updateTo, type Change } from './change.js';
import { isAt, readTargets, type Collection } from './read-changes.js';

/** What became of a batch of changes, by their places in it. */
export interface Written {
  /** The database refused these. */
  refused: number[];
  /** Somebody else had changed their documents, so these were not made. */
  missed: number[];
}

/** The parts of a change that a write needs. */
export type Writable = Pick<Change, 'action' | 'target' | 'document' | 'fields' | 'where'>;

/**
 * Writes a batch of changes (about 1,000) in one bulk write. A change whose document no longer matches `where` is not made, so a change
 * that somebody makes at the same moment is not overwritten.
 */
export async function writeChanges(collection: Collection, changes: readonly Writable[]): Promise<Written> {
  if (changes.length === 0) return { refused: [], missed: [] };
  const operations = changes.map(operationOf);
  try {
    const { insertedCount, matchedCount } = await collection.bulkWrite(operations, { ordered: false });
    const landed = insertedCount + matchedCount === operations.length;
    return { refused: [], missed: landed ? [] : await findMissed(collection, changes) };
  } catch (error) {
    if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) throw error;
    const failed = ([] as mongo.WriteError[]).concat(error.writeErrors);
    if (failed.length === 0 || failed.some(isPassing)) throw error;
    const refused = failed.map(({ index }) => index);
    const landed = error.insertedCount + error.matchedCount + failed.length === operations.length;
    const missed = landed ? [] : await findMissed(collection, changes);
    return { refused, missed: missed.filter((index) => !refused.includes(index)) };
  }
}

function operationOf({ action, document, target, where, fields }: Writable): mongo.AnyBulkWriteOperation {
  // The document itself, as the driver puts an id into it too: copies of whole rosters cost much.
  if (action === 'added') return { insertOne: { document: Object.assign(document ?? {}, { _id: target }) } };
  return { updateOne: { filter: { _id: target, ...where }, update: updateTo('after', fields) } };
}

/** Finds the changes of a batch that did not reach their documents, by their places in it. */
async function findMissed(collection: Collection, changes: readonly Writable[]): Promise<number[]> {
  const known = changes.filter(({ action }) => action !== 'added');
  const found = await readTargets(
    collection,
    known.map(({ target }) => target),
  );
  return changes.flatMap(({ action, target, fields }, index) => {
    const document = found.get(target.toHexString());
    return action === 'added' || (document && isAt('after', document, fields)) ? [] : [index];
  });
}
