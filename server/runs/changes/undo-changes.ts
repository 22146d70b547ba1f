import type { Types } from 'mongoose';
import type { RosterChange } from '../../models/roster-change.js';
import type { ActiveRun } from '../engine/active-run.js';
import { countLogged, logRefused, logRun, refusal, type LogRow } from '../log/log-run.js';
import { valueAt } from './change.js';
import { backwards, guardWrite, whileAt } from './guard-write.js';
import { findUsed, inverseOf, judgeUndo, readAdded, type UndoVerdicts } from './judge-undo.js';
import type { Kind } from './kind.js';
import { isAt, markChanges, readChanges, readTargets, type StoredDocument } from './read-changes.js';
import { writeChanges, type Writable } from './write-changes.js';

const BATCH = 1000;
/** Somebody may be changing the same records: those are looked at again, this many times. */
const TRIES = 3;

/**
 * Takes back what a run changed, and nothing else. Each field gets the value it had, unless a person has changed it since; then the
 * document is left alone and listed. What the run added is marked as gone, as nothing from a roster is ever deleted. Every write carries
 * what was read, so a change at the same moment is not overwritten. A repetition continues where the last one was cut off.
 * @param of the run that is undone, limited to these kinds
 * @param scope the account's or the event's documents
 */
export async function undoChanges(
  run: ActiveRun,
  of: Types.ObjectId,
  kinds: Record<string, Kind>,
  scope: Record<string, Types.ObjectId>,
): Promise<void> {
  for (const [name, kind] of Object.entries(kinds).reverse()) {
    for await (const rows of readChanges({ run: of }, name, 'applied')) {
      await undoRows(run, kind, rows);
      await run.step(rows.length);
    }
    await undoAdded(run, of, name, kind, scope);
  }
  if (run.again) await countAll(run, kinds);
}

async function undoRows(run: ActiveRun, kind: Kind, rows: RosterChange[]): Promise<void> {
  const { open, done, left } = await judgeUndo(kind, rows);
  await run.markChanged();
  // The log comes first: a later try counts what this one did as done.
  await logRun(run, [
    ...open.map(({ row }) => backRow(row)),
    ...left.map(({ kind, sourceId }) => refusal(kind, sourceId, 'changed since')),
  ]);
  const lost = await takeBack(kind, open);
  await logRefused(run, lost.map(backRow), 'changed since');
  const missed = new Set(lost);
  const landed = open.filter(({ row }) => !missed.has(row)).map(({ row }) => row);
  await markChanges(idsOf([...landed, ...done]), 'undone');
  await markChanges(idsOf([...left, ...lost]), 'stale');
  for (const row of landed) run.count(row.kind, inverseOf(row), row.size);
  for (const row of [...left, ...lost]) run.count(row.kind, 'refused');
}

/** @returns the changes whose document somebody changed between read and write, or whose earlier values the database refuses */
async function takeBack(kind: Kind, rows: UndoVerdicts['open']): Promise<RosterChange[]> {
  let open = rows;
  const lost: RosterChange[] = [];
  for (let tries = 1; tries <= TRIES && open.length > 0; tries += 1) {
    const { refused, missed } = await writeChanges(
      kind.collection,
      open.map(({ row, document }) => backOf(kind, row, document)),
    );
    const left = [...refused, ...missed].flatMap((index) => open[index]?.row ?? []);
    if (left.length === 0) return lost;
    const targets = await readTargets(
      kind.collection,
      left.map(({ target }) => target),
    );
    open = missed.flatMap((index) => {
      const row = open[index]?.row;
      const document = row && targets.get(row.target.toHexString());
      return row && document && isAt('after', document, row.fields) ? [{ row, document }] : [];
    });
    const again = new Set(open.map(({ row }) => row));
    lost.push(...left.filter((row) => !again.has(row)));
  }
  return [...lost, ...open.map(({ row }) => row)];
}

function backOf(kind: Kind, row: RosterChange, document: StoredDocument): Writable {
  return {
    action: inverseOf(row),
    target: row.target,
    ...guardWrite(kind, document, backwards(row.fields)),
  };
}

function backRow(row: RosterChange): LogRow {
  return { kind: row.kind, action: inverseOf(row), sourceId: row.sourceId };
}

function idsOf(rows: readonly RosterChange[]): Types.ObjectId[] {
  return rows.map(({ _id }) => _id);
}

async function undoAdded(
  run: ActiveRun,
  of: Types.ObjectId,
  name: string,
  kind: Kind,
  scope: Record<string, Types.ObjectId>,
): Promise<void> {
  for (;;) {
    const found = await readAdded(of, name, kind, scope, { limit: BATCH });
    if (found.length === 0) return;
    await run.markChanged();
    const used = await findUsed(name, found);
    const going = found.filter(({ _id }) => !used.has(_id.toHexString()));
    const left = found.filter(({ _id }) => used.has(_id.toHexString()));
    const removedRow = (document: StoredDocument): LogRow => ({
      kind: name,
      action: 'removed',
      sourceId: sourceIdOf(kind, document),
    });
    const ofLeft = left.map((document) => refusal(name, sourceIdOf(kind, document), 'changed since'));
    await logRun(run, [...going.map(removedRow), ...ofLeft]);
    const lost = await markGone(run, of, name, kind, going);
    await logRefused(run, lost.map(removedRow), 'changed since');
    await leaveToPeople(of, kind, [...left, ...lost]);
    run.count(name, 'removed', going.length - lost.length);
    run.count(name, 'refused', left.length + lost.length);
    await run.step(found.length);
  }
}

/** @returns the documents that somebody has used between read and write: they stay, or come back */
async function markGone(
  run: ActiveRun,
  of: Types.ObjectId,
  name: string,
  kind: Kind,
  going: StoredDocument[],
): Promise<StoredDocument[]> {
  if (going.length === 0) return [];
  const set = { status: kind.gone, ...(kind.gone === 'transferred' ? { transferredAt: run.now() } : {}) };
  await kind.collection.bulkWrite(
    going.map((document) => ({
      updateOne: {
        filter: {
          _id: document._id,
          ...whileAt(document, ['status', kind.addedBy, ...(kind.decided ?? [])]),
        },
        update: { $set: set },
      },
    })),
    { ordered: false },
  );
  const ids = going.map(({ _id }) => _id);
  const after = await readTargets(kind.collection, ids);
  const used = await findUsed(name, [...after.values()]);
  const lost = going.filter(({ _id }) => {
    const key = _id.toHexString();
    return used.has(key) || after.get(key)?.status !== kind.gone;
  });
  if (lost.length > 0)
    await kind.collection.updateMany(
      { _id: { $in: lost.map(({ _id }) => _id) }, status: kind.gone, [kind.addedBy]: of },
      { $set: { status: 'active' }, $unset: { transferredAt: '' } },
    );
  return lost;
}

/** These documents belong to people now: the second look skips them. */
async function leaveToPeople(of: Types.ObjectId, kind: Kind, documents: StoredDocument[]): Promise<void> {
  if (documents.length === 0) return;
  await kind.collection.updateMany(
    { _id: { $in: documents.map(({ _id }) => _id) }, [kind.addedBy]: of },
    { $unset: { [kind.addedBy]: 1 } },
  );
}

function sourceIdOf({ sameBy }: Kind, document: StoredDocument): string {
  return String(valueAt(document, sameBy.at(-1) ?? '_id'));
}

/** Counts from the log, which for a repeated run includes the earlier try. */
async function countAll(run: ActiveRun, kinds: Record<string, Kind>): Promise<void> {
  for (const { kind, action, lines } of await countLogged(run))
    // A log line about ties stands for several.
    if (kinds[kind] && !kinds[kind].isPart && isCounted(action))
      run.count(kind, action, lines - (run.counts[kind]?.[action] ?? 0));
}

function isCounted(action: string): action is 'changed' | 'restored' | 'removed' | 'refused' {
  return ['changed', 'restored', 'removed', 'refused'].includes(action);
}
