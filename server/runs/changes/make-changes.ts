import { isContactType } from '../../models/contact.js';
import { Resource } from '../../models/resource.js';
import type { ActiveRun } from '../engine/active-run.js';
import { logRefused, logRun, type LogRow } from '../log/log-run.js';
import { reachesClasses, toldFields, type Change } from './change.js';
import { noteChanges } from './note-changes.js';
import type { Collection } from './read-changes.js';
import { writeChanges, type Written } from './write-changes.js';

export interface MakeOptions {
  /** They were counted and logged before: a further try at those that were missed. */
  again?: boolean;
  /** The caller looks again at those that are missed; else they are told as changed since. */
  retries?: boolean;
}

const NONE: Written = { refused: [], missed: [] };

/**
 * Makes a batch of changes (about 1,000) in one bulk write, counts and logs them. What is needed to undo them is kept first, and they
 * are logged first: a worker that dies on the way leaves nothing that cannot be taken back, and nothing that is not told, as what is
 * done no later try comes upon again. A change whose document is no longer as `where` says is not made. A preview only notes them.
 */
export async function makeChanges(
  run: ActiveRun,
  collection: Collection,
  changes: readonly Change[],
  { again = false, retries = false }: MakeOptions = {},
): Promise<Written> {
  if (changes.length === 0) return NONE;
  if (run.preview) {
    await noteChanges(run, changes, 'planned');
    for (const { kind, action } of changes) run.count(kind, action);
    return NONE;
  }
  await run.markChanged();
  if (!run.touched && (changes.some(reachesClasses) || (await haveSlots(run, changes)))) run.touched = true;
  const known = changes.filter(({ action }) => action !== 'added');
  await noteChanges(run, known, 'applied');
  if (!again) await logRun(run, changes.map(lineOf));
  const made = await writeChanges(collection, changes);
  const lost = retries ? [] : made.missed;
  if (!again) countMade(run, changes, [...made.refused, ...lost]);
  else for (const { kind, action } of at(changes, lost)) moveCount(run, kind, action);
  await logRefused(run, at(changes, again ? [] : made.refused), 'not stored');
  await logRefused(run, at(changes, lost), 'changed since');
  return made;
}

/** Whether somebody of these is named on slots. */
async function haveSlots({ account }: ActiveRun, changes: readonly Change[]): Promise<boolean> {
  const people = changes.filter(({ kind }) => isContactType(kind)).map(({ target }) => target);
  return people.length > 0 && (await Resource.exists({ account, contact: { $in: people } })) !== null;
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

function countMade(run: ActiveRun, changes: readonly Change[], lost: readonly number[]): void {
  const places = new Set(lost);
  for (const [index, { kind, action, size }] of changes.entries())
    run.count(kind, places.has(index) ? 'refused' : action, size);
}

/** What was counted as done at the first try was not. */
function moveCount(run: ActiveRun, kind: string, action: Change['action']): void {
  run.count(kind, action, -1);
  run.count(kind, 'refused');
}
