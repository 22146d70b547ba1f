import { withheldOf, RosterChange } from '../../models/roster-change.js';
import type { ActiveRun } from '../engine/active-run.js';
import { logRun } from '../log/log-run.js';
import { compareFields, type Change } from './change.js';
import { countWithheld } from './count-withheld.js';
import type { Kind } from './kind.js';
import { whileAt } from './guard-write.js';
import { makeChanges } from './make-changes.js';
import { overlay } from './overlay-changes.js';
import { isAt, markChanges, readChanges, readTargets, type StoredDocument } from './read-changes.js';

/**
 * Removes what somebody accepted of the withheld removals, as far as they still wait and the records are unchanged. A sync in between withholds
 * them again; anything else it withholds needs a decision of its own.
 */
export async function acceptWithheld(run: ActiveRun, kinds: Record<string, Kind>): Promise<void> {
  for (const [name, kind] of Object.entries(kinds)) {
    for await (const rows of readChanges({ decidedBy: run.id }, name, 'withheld')) {
      const targets = await readTargets(
        kind.collection,
        rows.map(({ target }) => target),
      );
      const open = rows.flatMap((row) => {
        const document = targets.get(row.target.toHexString());
        return document && isAt('before', document, row.fields) ? [removalOf(kind, row, document)] : [];
      });
      await makeChanges(run, kind.collection, open);
      await RosterChange.deleteMany({ _id: { $in: rows.map(({ _id }) => _id) } });
      await run.step(rows.length);
    }
    await countFirstTry(run, name, 'removed', { run: run.id, state: 'applied' });
  }
  await warnOfOthers(run);
}

function removalOf({ keysOf, accepted }: Kind, row: RosterChange, document: StoredDocument): Change {
  const { kind, action, target, sourceId, searchKey, size } = row;
  const after = overlay(document, row);
  const keys = keysOf ? compareFields(document, keysOf(after as never)) : [];
  const mark = accepted ? compareFields(document, { [accepted.path]: accepted.markOf(after as never) }) : [];
  const fields = [...row.fields, ...keys, ...mark];
  const removal = { kind, action, target, sourceId, fields, searchKey };
  if (size === undefined) return { ...removal, where: { status: 'active' } };
  const asRead = whileAt(
    document,
    row.fields.map(({ path }) => path),
  );
  return { ...removal, size, where: { status: 'active', ...asRead } };
}

/** Notes on the records whose withheld removal somebody rejected that they stay until the source has them again. */
export async function rejectWithheld(run: ActiveRun, kinds: Record<string, Kind>): Promise<void> {
  for (const [name, kind] of Object.entries(kinds)) {
    for await (const rows of readChanges({ decidedBy: run.id }, name, 'withheld')) {
      // The log comes first: a later try meets only the records that are not marked yet.
      await logRun(
        run,
        rows.map(({ sourceId }) => ({ kind: name, action: 'kept', sourceId })),
      );
      await kind.collection.bulkWrite(
        rows.map(({ target, keptFor }) => ({
          updateOne: {
            filter: { _id: target, status: 'active' },
            update: { $set: { [kind.kept]: keptFor ?? run.now() } },
          },
        })),
        { ordered: false },
      );
      await markChanges(
        rows.map(({ _id }) => _id),
        'rejected',
      );
      run.count(name, 'unchanged', sumOf(rows));
      await run.step(rows.length);
    }
    await countFirstTry(run, name, 'unchanged', { decidedBy: run.id, state: 'rejected' });
  }
  await warnOfOthers(run);
}

/** A row about ties stands for several of them. */
function sumOf(rows: readonly RosterChange[]): number {
  return rows.reduce((sum, { size = 1 }) => sum + size, 0);
}

/** Counts what an earlier try, whose worker was lost, has done. @param done selects everything that was done */
async function countFirstTry(
  run: ActiveRun,
  kind: string,
  action: 'removed' | 'unchanged',
  done: Pick<RosterChange, 'run' | 'state'> | Pick<Required<RosterChange>, 'decidedBy' | 'state'>,
): Promise<void> {
  if (!run.again) return;
  const [sum] = await RosterChange.aggregate<{ size: number }>([
    { $match: { ...done, kind } },
    { $group: { _id: null, size: { $sum: { $ifNull: ['$size', 1] } } } },
  ]);
  const size = sum?.size ?? 0;
  const { refused = 0, [action]: counted = 0 } = run.counts[kind] ?? {};
  if (size > refused + counted) run.count(kind, action, size - refused - counted);
}

/** Warns of removals that still wait because nobody has decided about them: a later sync found them, or another run withholds them. */
async function warnOfOthers(run: ActiveRun): Promise<void> {
  const waiting = Object.entries(await countWithheld(withheldOf(run))).map(([kind, { withheld }]) => [
    kind,
    withheld,
  ]);
  if (waiting.length > 0)
    run.warn({ code: 'withheld besides', counts: Object.fromEntries(waiting) as Record<string, number> });
}
