import mongoose, { type mongo } from 'mongoose';
import { isContactType } from '../../models/contact.js';
import { Resource } from '../../models/resource.js';
import type { HeldRun } from '../runs/hold-run.js';
import { isPassing } from '../runs/judge-fault.js';
import { logRefused, logRun, type LogRow } from '../runs/log-run.js';
import { fieldsInWords, reachesClasses, updateTo, type Change } from './change.js';
import { noteChanges } from './note-changes.js';

export type Collection = Pick<
  mongo.Collection,
  'find' | 'findOne' | 'bulkWrite' | 'updateMany' | 'countDocuments'
>;

/** What became of changes: the places of those that the database refused, and how many found their document changed by a person. */
export interface Made {
  refused: number[];
  missed: number;
}

/**
 * Makes a batch of changes (about 1,000) in one bulk write, counts and logs them. What is needed to undo them is kept first, and they
 * are logged first: a worker that dies on the way leaves nothing that cannot be taken back, and nothing that is not told, as what is
 * done no later try comes upon again. A preview only notes them.
 * @param tell false when they were counted and logged before (a second try at those that were missed)
 */
export async function makeChanges(
  run: HeldRun,
  collection: Collection,
  changes: readonly Change[],
  tell = true,
): Promise<Made> {
  if (changes.length === 0) return { refused: [], missed: 0 };
  if (run.preview) {
    await noteChanges(run, changes, 'planned');
    for (const { kind, action } of changes) run.count(kind, action);
    return { refused: [], missed: 0 };
  }
  await run.markChanged();
  if (!run.touched && (changes.some(reachesClasses) || (await holdSlots(run, changes)))) run.markTouched();
  const known = changes.filter(({ action }) => action !== 'added');
  await noteChanges(run, known, 'applied');
  if (tell) await logRun(run, changes.map(lineOf));
  const made = await write(collection, changes.map(operationOf));
  if (tell) await countMade(run, changes, made.refused);
  return made;
}

/** Whether somebody of these is named on slots. */
async function holdSlots({ account }: HeldRun, changes: readonly Change[]): Promise<boolean> {
  const people = changes.filter(({ kind }) => isContactType(kind)).map(({ target }) => target);
  return people.length > 0 && (await Resource.exists({ account, contact: { $in: people } })) !== null;
}

function operationOf({ action, document, target, where, fields }: Change): mongo.AnyBulkWriteOperation {
  if (action === 'added') return { insertOne: { document: { ...document, _id: target } } };
  return { updateOne: { filter: { _id: target, ...where }, update: updateTo('after', fields) } };
}

async function write(collection: Collection, operations: mongo.AnyBulkWriteOperation[]): Promise<Made> {
  try {
    const { insertedCount, matchedCount } = await collection.bulkWrite(operations, { ordered: false });
    return { refused: [], missed: operations.length - insertedCount - matchedCount };
  } catch (error) {
    if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) throw error;
    const failed = ([] as mongo.WriteError[]).concat(error.writeErrors);
    if (failed.length === 0 || failed.some(isPassing)) throw error;
    const { insertedCount, matchedCount } = error;
    const missed = operations.length - failed.length - insertedCount - matchedCount;
    return { refused: failed.map(({ index }) => index), missed };
  }
}

function lineOf({ kind, action, sourceId, fields, text, warning }: Change): LogRow {
  const told = [fieldsInWords(fields), text].filter(Boolean).join('. ');
  return { kind, action, sourceId, level: warning ? 'warning' : 'info', text: told };
}

async function countMade(run: HeldRun, changes: readonly Change[], refused: number[]): Promise<void> {
  const lost = new Set(refused);
  for (const [index, { kind, action, size }] of changes.entries())
    run.count(kind, lost.has(index) ? 'refused' : action, size);
  if (refused.length > 0)
    await logRefused(
      run,
      refused.flatMap((index) => changes[index] ?? []),
    );
}
