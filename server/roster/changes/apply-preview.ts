import type { mongo, Types } from 'mongoose';
import type { RosterChange } from '../../models/roster-change.js';
import type { HeldRun } from '../runs/hold-run.js';
import { valueAt, type Change } from './change.js';
import type { Kind } from './kinds.js';
import { makeChanges } from './make-changes.js';
import { isAt, markChanges, readChanges, readTargets } from './read-changes.js';

/**
 * Looks whether everything that a preview noted can still be done as it was shown.
 * @returns how many records were changed since, each marked as stale; 0: it can
 */
export async function countStale(
  run: HeldRun,
  preview: Types.ObjectId,
  kinds: Record<string, Kind>,
): Promise<number> {
  let stale = 0;
  for (const [name, kind] of Object.entries(kinds)) {
    for await (const rows of readChanges({ run: preview }, name, 'planned')) {
      const verdicts = await judge(kind, rows);
      const changed = rows.filter((_, index) => verdicts[index] === 'stale');
      await markChanges(
        changed.map(({ _id }) => _id),
        'stale',
      );
      stale += changed.length;
      await run.step();
    }
  }
  return stale;
}

/** Does what a preview noted. What a first try did already is not done again; what cannot be done any more is left and told. */
export async function applyPreview(
  run: HeldRun,
  preview: Types.ObjectId,
  kinds: Record<string, Kind>,
): Promise<void> {
  for (const [name, kind] of Object.entries(kinds)) {
    for await (const rows of readChanges({ run: preview }, name, 'planned')) {
      const verdicts = await judge(kind, rows);
      const open = rows.filter((_, index) => verdicts[index] === 'open');
      await makeChanges(
        run,
        kind.collection,
        open.map((row) => changeOf(run, kind, row)),
      );
      run.count(name, 'refused', verdicts.filter((verdict) => verdict === 'stale').length);
      // By the try before.
      for (const [index, { action }] of run.again ? rows.entries() : [])
        if (verdicts[index] === 'done') run.count(name, action);
      await run.step(rows.length);
    }
  }
}

type Verdict = 'open' | 'done' | 'stale';

async function judge(kind: Kind, rows: RosterChange[]): Promise<Verdict[]> {
  const targets = await readTargets(
    kind.collection,
    rows.map(({ target }) => target),
  );
  const twins = await findTwins(kind, rows);
  return rows.map((row): Verdict => {
    const document = targets.get(row.target.toHexString());
    if (row.action === 'added') {
      if (document) return 'done';
      return row.document && twins.has(keyOf(kind, row.document)) ? 'stale' : 'open';
    }
    if (!document) return 'stale';
    if (isAt('before', document, row.fields)) return 'open';
    return isAt('after', document, row.fields) ? 'done' : 'stale';
  });
}

/** Documents that came meanwhile for what the preview wanted to add. */
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

function changeOf(run: HeldRun, kind: Kind, row: RosterChange): Change {
  const { action, target, sourceId, fields, text, searchKey } = row;
  const change = { kind: row.kind, action, target, sourceId, fields, text, searchKey };
  if (!row.document) return change;
  const [outer = '', inner] = kind.addedBy.split('.');
  const mark = inner ? { ...(row.document[outer] as object), [inner]: run.id } : run.id;
  return { ...change, document: { ...row.document, [outer]: mark } };
}
