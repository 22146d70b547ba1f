import type { mongo, Types } from 'mongoose';
import type { RosterChange } from '../../models/roster-change.js';
import type { ActiveRun } from '../engine/active-run.js';
import { countLogged, logRun, refusal } from '../log/log-run.js';
import { valueAt, type Change } from './change.js';
import type { Kind } from './kind.js';
import { guardWrite } from './guard-write.js';
import { makeChanges } from './make-changes.js';
import { isAt, markChanges, readChanges, readTargets, type StoredDocument } from './read-changes.js';

/**
 * Checks whether everything that a preview noted can still be done as it was shown.
 * @returns how many records were changed since, each marked as stale; 0 if all can be done
 */
export async function countStale(
  run: ActiveRun,
  preview: Types.ObjectId,
  kinds: Record<string, Kind>,
): Promise<number> {
  let stale = 0;
  for (const [name, kind] of Object.entries(kinds)) {
    for await (const rows of readChanges({ run: preview }, name, 'planned')) {
      const changed = (await judge(kind, rows)).filter(({ verdict }) => verdict === 'stale');
      await markChanges(
        changed.map(({ row }) => row._id),
        'stale',
      );
      stale += changed.length;
      await run.step();
    }
  }
  return stale;
}

/**
 * Does what a preview noted. What an earlier try did is not done again; what somebody has changed since, up to the moment of the write, is
 * left alone and listed.
 */
export async function applyPreview(
  run: ActiveRun,
  preview: Types.ObjectId,
  kinds: Record<string, Kind>,
): Promise<void> {
  for (const [name, kind] of Object.entries(kinds)) {
    for await (const rows of readChanges({ run: preview }, name, 'planned')) {
      const judged = await judge(kind, rows);
      const open = judged.filter(({ verdict }) => verdict === 'open');
      const { missed } = await makeChanges(
        run,
        kind.collection,
        open.map(({ row, document }) => changeOf(run, kind, row, document)),
      );
      const lost = missed.flatMap((index) => open[index] ?? []);
      const stale = judged.filter(({ verdict }) => verdict === 'stale');
      await logRun(
        run,
        stale.map(({ row }) => refusal(row.kind, row.sourceId, 'changed since')),
      );
      run.count(name, 'refused', stale.length);
      await markChanges(
        [...stale, ...lost].map(({ row }) => row._id),
        'stale',
      );
      // An earlier try has done these.
      for (const { row, verdict } of run.again ? judged : [])
        if (verdict === 'done') run.count(name, row.action);
      await run.step(rows.length);
    }
    // The loop above skips the changes that the earlier try found stale.
    if (run.again) await countLeft(run, name);
  }
}

/** Counts the stale changes in the log of a repeated run, those of its earlier try included. */
async function countLeft(run: ActiveRun, name: string): Promise<void> {
  for (const { kind, action, lines } of await countLogged(run))
    if (kind === name && action === 'refused')
      run.count(name, 'refused', lines - (run.counts[name]?.refused ?? 0));
}

interface Judged {
  row: RosterChange;
  verdict: 'open' | 'done' | 'stale';
  document?: StoredDocument | undefined;
}

async function judge(kind: Kind, rows: RosterChange[]): Promise<Judged[]> {
  const targets = await readTargets(
    kind.collection,
    rows.map(({ target }) => target),
  );
  const twins = await findTwins(kind, rows);
  return rows.map((row) => {
    const document = targets.get(row.target.toHexString());
    const isTwin = row.document !== undefined && twins.has(keyOf(kind, row.document));
    return { row, document, verdict: verdictOn(row, document, isTwin) };
  });
}

function verdictOn(
  { action, fields }: RosterChange,
  document: StoredDocument | undefined,
  isTwin: boolean,
): Judged['verdict'] {
  if (action === 'added' && document) return 'done';
  if (action === 'added') return isTwin ? 'stale' : 'open';
  if (!document) return 'stale';
  if (isAt('before', document, fields)) return 'open';
  return isAt('after', document, fields) ? 'done' : 'stale';
}

/** Finds documents that were added meanwhile and are the same as those the preview wanted to add. */
async function findTwins(kind: Kind, rows: RosterChange[]): Promise<Set<string>> {
  const [path = '_id'] = kind.sameBy.slice(-1);
  const scope = kind.sameBy[0] ?? '_id';
  const added: object[] = rows.flatMap(({ document }) => (document ? [document] : []));
  if (added.length === 0) return new Set();
  const values = added.map((document) => valueAt(document, path));
  const found = (await (
    kind.collection.find(
      { [scope]: valueAt(added[0] ?? {}, scope), [path]: { $in: values } },
      { projection: { [scope]: 1, [path]: 1 } },
    ) as mongo.FindCursor
  ).toArray()) as unknown as object[];
  return new Set(found.map((document) => keyOf(kind, document)));
}

function keyOf({ sameBy }: Kind, document: object): string {
  return sameBy.map((path) => String(valueAt(document, path))).join(' ');
}

function changeOf(run: ActiveRun, kind: Kind, row: RosterChange, stored: StoredDocument | undefined): Change {
  const { action, target, sourceId, note, searchKey } = row;
  const change = { kind: row.kind, action, target, sourceId, searchKey, ...(note ? { note } : {}) };
  if (!row.document) return { ...change, ...guardWrite(kind, stored ?? {}, row.fields) };
  const [outer = '', inner] = kind.addedBy.split('.');
  const mark = inner ? { ...(row.document[outer] as object), [inner]: run.id } : run.id;
  return { ...change, fields: row.fields, document: { ...row.document, [outer]: mark } };
}
