import { RosterChange } from '../../models/roster-change.js';
import type { HeldRun } from '../runs/hold-run.js';
import { logRun } from '../runs/log-run.js';
import type { Change } from './change.js';
import { countHeld } from './count-held.js';
import type { Kind } from './kinds.js';
import { makeChanges } from './make-changes.js';
import { isAt, markChanges, readChanges, readTargets } from './read-changes.js';

/**
 * Does the held removals that somebody decided about, as far as they wait still and the records are as they were. A sync that came
 * between holds them anew; what it holds besides is a question of its own.
 */
export async function acceptHeld(run: HeldRun, kinds: Record<string, Kind>): Promise<void> {
  for (const [name, kind] of Object.entries(kinds)) {
    for await (const rows of readChanges({ decidedBy: run.id }, name, 'held')) {
      const targets = await readTargets(
        kind.collection,
        rows.map(({ target }) => target),
      );
      const open = rows.filter(({ target, fields }) => {
        const document = targets.get(target.toHexString());
        return document && isAt('before', document, fields);
      });
      await makeChanges(run, kind.collection, open.map(removalOf));
      await RosterChange.deleteMany({ _id: { $in: rows.map(({ _id }) => _id) } });
      await run.step(rows.length);
    }
    await countFirstTry(run, name, 'removed', { run: run.id, state: 'applied' });
  }
  await tellOthers(run);
}

function removalOf({ kind, action, target, sourceId, fields, searchKey }: RosterChange): Change {
  return { kind, action, target, sourceId, fields, searchKey, where: { status: 'active' } };
}

/** Says of the records whose held removal somebody decided about that they stay, until the source has them again. */
export async function rejectHeld(run: HeldRun, kinds: Record<string, Kind>): Promise<void> {
  for (const [name, kind] of Object.entries(kinds)) {
    for await (const rows of readChanges({ decidedBy: run.id }, name, 'held')) {
      // First, as a try after this one meets those alone that are not marked.
      await logRun(
        run,
        rows.map(({ sourceId }) => ({ kind: name, action: 'kept', sourceId })),
      );
      await kind.collection.updateMany(
        { _id: { $in: rows.map(({ target }) => target) }, status: 'active' },
        { $set: { [kind.kept]: run.now() } },
      );
      await markChanges(
        rows.map(({ _id }) => _id),
        'rejected',
      );
      run.count(name, 'unchanged', rows.length);
      await run.step(rows.length);
    }
    await countFirstTry(run, name, 'unchanged', { decidedBy: run.id, state: 'rejected' });
  }
  await tellOthers(run);
}

/** A try whose worker was lost has settled a part; what it did is noted, and counts. @param done what tells all that was settled */
async function countFirstTry(
  run: HeldRun,
  kind: string,
  action: 'removed' | 'unchanged',
  done: Pick<RosterChange, 'run' | 'state'> | Pick<Required<RosterChange>, 'decidedBy' | 'state'>,
): Promise<void> {
  if (!run.again) return;
  const settled = await RosterChange.countDocuments({ ...done, kind });
  const { refused = 0, [action]: counted = 0 } = run.counts[kind] ?? {};
  if (settled > refused + counted) run.count(kind, action, settled - refused - counted);
}

/** What waits on, as nobody has decided about it: a sync found it since, or it waits with another run. */
async function tellOthers(run: HeldRun): Promise<void> {
  const { account, event = { $exists: false } } = run;
  const waiting = Object.entries(await countHeld({ account, event })).map(([kind, { held }]) => [kind, held]);
  if (waiting.length > 0)
    run.warn({ code: 'held besides', counts: Object.fromEntries(waiting) as Record<string, number> });
}
