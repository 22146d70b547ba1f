import mongoose, { type mongo } from 'mongoose';
import { isContactType } from '../../models/contact.js';
import { Resource } from '../../models/resource.js';
import type { HeldRun } from '../engine/hold-run.js';
import { isPassing } from '../engine/judge-fault.js';
import { logRefused, logRun, type LogRow } from '../log/log-run.js';
import { reachesClasses, toldFields, updateTo, type Change } from './change.js';
import { noteChanges } from './note-changes.js';
import { isAt, readTargets, type Collection } from './read-changes.js';

/** What became of changes, by their places. */
export interface Made {
  /** Those that the database refused. */
  refused: number[];
  /** Those that found their document changed by somebody else, so that they were not made. */
  missed: number[];
}

export interface MakeOptions {
  /** They were counted and logged before: a further try at those that were missed. */
  again?: boolean;
  /** The caller looks again at those that are missed; else they are told as changed since. */
  retries?: boolean;
}

const NONE: Made = { refused: [], missed: [] };

/**
 * Makes a batch of changes (about 1,000) in one bulk write, counts and logs them. What is needed to undo them is kept first, and they
 * are logged first: a worker that dies on the way leaves nothing that cannot be taken back, and nothing that is not told, as what is
 * done no later try comes upon again. A change whose document is no longer as `where` says is not made. A preview only notes them.
 */
export async function makeChanges(
  run: HeldRun,
  collection: Collection,
  changes: readonly Change[],
  { again = false, retries = false }: MakeOptions = {},
): Promise<Made> {
  if (changes.length === 0) return NONE;
  if (run.preview) {
    await noteChanges(run, changes, 'planned');
    for (const { kind, action } of changes) run.count(kind, action);
    return NONE;
  }
  await run.markChanged();
  if (!run.touched && (changes.some(reachesClasses) || (await holdSlots(run, changes)))) run.markTouched();
  const known = changes.filter(({ action }) => action !== 'added');
  await noteChanges(run, known, 'applied');
  if (!again) await logRun(run, changes.map(lineOf));
  const made = await write(collection, changes);
  const lost = retries ? [] : made.missed;
  if (!again) countMade(run, changes, [...made.refused, ...lost]);
  else for (const { kind, action } of at(changes, lost)) moveCount(run, kind, action);
  await logRefused(run, at(changes, again ? [] : made.refused), 'not stored');
  await logRefused(run, at(changes, lost), 'changed since');
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

async function write(collection: Collection, changes: readonly Change[]): Promise<Made> {
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

/** Of changes that were written, the places of those that did not land: their documents are not as they would be after them. */
async function findMissed(collection: Collection, changes: readonly Change[]): Promise<number[]> {
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

function lineOf({ kind, action, sourceId, fields, note, warning }: Change): LogRow {
  const paths = toldFields(fields).flatMap(({ path }) => (path === 'status' ? [] : [path]));
  return {
    kind,
    action,
    sourceId,
    level: warning ? 'warning' : 'info',
    fields: paths,
    ...(note ? { note } : {}),
  };
}

function at(changes: readonly Change[], places: readonly number[]): Change[] {
  return places.flatMap((index) => changes[index] ?? []);
}

function countMade(run: HeldRun, changes: readonly Change[], lost: readonly number[]): void {
  const places = new Set(lost);
  for (const [index, { kind, action, size }] of changes.entries())
    run.count(kind, places.has(index) ? 'refused' : action, size);
}

/** What was counted as done at the first try was not. */
function moveCount(run: HeldRun, kind: string, action: Change['action']): void {
  run.count(kind, action, -1);
  run.count(kind, 'refused');
}
