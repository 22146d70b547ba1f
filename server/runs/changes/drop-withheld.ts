import type { Types } from 'mongoose';
import { withheldOf, RosterChange } from '../../models/roster-change.js';
import type { ActiveRun } from '../engine/active-run.js';

const BATCH = 1000;

/**
 * Drops the withheld removals of earlier runs that this run's findings replace: it withholds them again, or the records are back or gone. A
 * decision that somebody made meanwhile moves to the removal that is withheld again.
 * @param found the preview that made the findings, where this run applies one
 */
export async function dropOlderWithheld(
  run: Pick<ActiveRun, 'id' | 'name' | 'account' | 'event' | 'preview'>,
  kinds: readonly string[],
  found?: Types.ObjectId,
): Promise<void> {
  if (run.preview || kinds.length === 0) return;
  const older = {
    ...withheldOf(run),
    kind: { $in: [...kinds] },
    // Ids rise with time: removals withheld after the preview are not among its findings.
    ...(found ? { run: { $lt: found } } : { withheldBy: { $ne: run.name } }),
  };
  // Undecided removals go first: somebody who decides at this moment either finds one of the others or finds nothing left.
  await RosterChange.deleteMany({ ...older, decidedBy: { $exists: false } });
  for (;;) {
    const rows = await RosterChange.find(
      { ...older, decidedBy: { $exists: true } },
      { target: 1, kind: 1, decidedBy: 1 },
    )
      .limit(BATCH)
      .lean();
    if (rows.length === 0) return;
    await RosterChange.bulkWrite(
      rows.map(({ target, kind, decidedBy }) => ({
        updateOne: {
          filter: { run: run.id, target, kind, state: 'withheld' as const },
          update: { $set: { decidedBy } },
        },
      })),
      { ordered: false },
    );
    await RosterChange.deleteMany({ _id: { $in: rows.map(({ _id }) => _id) } });
  }
}

/** Of the documents whose removal earlier runs withhold, those that the source has again: nobody needs to decide about them any more. */
export async function findWithheldHere(
  { account, name }: Pick<ActiveRun, 'name' | 'account'>,
  kind: string,
  isHere: (row: Pick<RosterChange, 'target' | 'sourceId'>) => boolean,
): Promise<Types.ObjectId[]> {
  const withheld = { ...withheldOf({ account }), kind, withheldBy: { $ne: name } };
  const found: Types.ObjectId[] = [];
  const rows = RosterChange.find(withheld, { target: 1, sourceId: 1 });
  for await (const row of rows.lean().cursor()) if (isHere(row)) found.push(row.target);
  return found;
}

/** Drops the undecided removals of these kinds that earlier runs withhold, as far as this run has read the records. */
export async function dropWithheldRead(
  { account, name }: Pick<ActiveRun, 'name' | 'account'>,
  kinds: readonly string[],
  wasRead: (sourceId: string) => boolean,
): Promise<void> {
  const withheld = {
    ...withheldOf({ account }),
    kind: { $in: [...kinds] },
    withheldBy: { $ne: name },
    decidedBy: { $exists: false },
  };
  const rows = RosterChange.find(withheld, { sourceId: 1 });
  const answered: Types.ObjectId[] = [];
  for await (const { _id, sourceId } of rows.lean().cursor()) if (wasRead(sourceId)) answered.push(_id);
  for (let from = 0; from < answered.length; from += BATCH)
    await RosterChange.deleteMany({ _id: { $in: answered.slice(from, from + BATCH) }, state: 'withheld' });
}

/**
 * Drops the removals of these documents that the account's refreshes withhold.
 * @param found the run that found the documents at the source, where this one applies a preview: removals withheld after it stay
 */
export async function dropWithheldOf(
  { account }: Pick<ActiveRun, 'account'>,
  targets: readonly Types.ObjectId[],
  found?: Types.ObjectId,
): Promise<void> {
  for (let from = 0; from < targets.length; from += BATCH)
    await RosterChange.deleteMany({
      ...withheldOf({ account }),
      target: { $in: targets.slice(from, from + BATCH) },
      ...(found ? { run: { $lt: found } } : {}),
    });
}
