import type { Types } from 'mongoose';
import { RosterChange } from '../../models/roster-change.js';
import type { HeldRun } from '../runs/hold-run.js';
import { logRun } from '../runs/log-run.js';
import type { Change } from './change.js';
import type { Kind } from './kinds.js';
import { makeChanges } from './make-changes.js';
import { isAt, markChanges, readChanges, readTargets } from './read-changes.js';

/** Does the removals that a run held, as far as the records are still as they were. */
export async function acceptHeld(
  run: HeldRun,
  of: Types.ObjectId,
  kinds: Record<string, Kind>,
): Promise<void> {
  for (const [name, kind] of Object.entries(kinds)) {
    for await (const rows of readChanges(of, name, 'held')) {
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
  }
}

function removalOf({ kind, action, target, sourceId, fields, searchKey }: RosterChange): Change {
  return { kind, action, target, sourceId, fields, searchKey, where: { status: 'active' } };
}

/** Says of the records that a run would have removed that they stay, until the source has them again. */
export async function rejectHeld(
  run: HeldRun,
  of: Types.ObjectId,
  kinds: Record<string, Kind>,
): Promise<void> {
  for (const [name, kind] of Object.entries(kinds)) {
    for await (const rows of readChanges(of, name, 'held')) {
      await kind.collection.updateMany(
        { _id: { $in: rows.map(({ target }) => target) }, status: 'active' },
        { $set: { [kind.kept]: run.now() } },
      );
      await markChanges(
        rows.map(({ _id }) => _id),
        'rejected',
      );
      run.count(name, 'unchanged', rows.length);
      await logRun(
        run,
        rows.map(({ sourceId }) => ({ kind: name, action: 'kept', sourceId })),
      );
      await run.step(rows.length);
    }
  }
}
