import { isContactType } from '../../models/contact.js';
import { Resource } from '../../models/resource.js';
import type { ActiveRun } from '../engine/active-run.js';
import { logRefused, logRun, type LogRow } from '../log/log-run.js';
import { reachesClasses, toldFields, type Change } from './change.js';
import { noteChanges } from './note-changes.js';
import type { Collection } from './read-changes.js';
import { writeChanges, type Written } from './write-changes.js';

export interface MakeOptions {
  /** Whether an earlier attempt counted and logged them: this one repeats those that missed. */
  again?: boolean;
  /** Whether the caller tries those that missed again; otherwise they are reported as changed since. */
  retries?: boolean;
}

const NONE: Written = { refused: [], missed: [] };

/**
 * Makes a batch of changes (about 1,000) in one bulk write, counts and logs them. It first keeps what undo needs, then logs: if the worker
 * dies on the way, everything can be taken back and everything is told, as a later try does not see what is done already. A change whose
 * document no longer matches `where` is not made. A preview only notes the changes.
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

/** Whether slots name any of these contacts. */
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

/** Corrects the count of a change that was counted as done before its write missed. */
function moveCount(run: ActiveRun, kind: string, action: Change['action']): void {
  run.count(kind, action, -1);
  run.count(kind, 'refused');
}
