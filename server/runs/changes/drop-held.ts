import type { Types } from 'mongoose';
import { heldOf, RosterChange } from '../../models/roster-change.js';
import type { ActiveRun } from '../engine/active-run.js';

const BATCH = 1000;

/**
 * Held removals of earlier runs are answered by what this run found: it holds them anew, or they are back, or went. What somebody
 * decided about them meanwhile goes on to those that it holds anew.
 * @param found the run whose findings these are, where this one applies a preview
 */
export async function dropOlderHeld(
  run: Pick<ActiveRun, 'id' | 'name' | 'account' | 'event' | 'preview'>,
  kinds: readonly string[],
  found?: Types.ObjectId,
): Promise<void> {
  if (run.preview || kinds.length === 0) return;
  const older = {
    ...heldOf(run),
    kind: { $in: [...kinds] },
    // Ids rise with time: what was held since is none of a preview's findings.
    ...(found ? { run: { $lt: found } } : { heldBy: { $ne: run.name } }),
  };
  // First those that nobody decided about: whoever decides now does it about the others, or finds them here.
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
          filter: { run: run.id, target, kind, state: 'held' as const },
          update: { $set: { decidedBy } },
        },
      })),
      { ordered: false },
    );
    await RosterChange.deleteMany({ _id: { $in: rows.map(({ _id }) => _id) } });
  }
}

/**
 * Of the documents of a kind whose removal earlier runs hold, those that the source has again: that is no question to anybody any more.
 */
export async function findHeldHere(
  { account, name }: Pick<ActiveRun, 'name' | 'account'>,
  kind: string,
  isHere: (row: Pick<RosterChange, 'target' | 'sourceId'>) => boolean,
): Promise<Types.ObjectId[]> {
  const held = { ...heldOf({ account }), kind, heldBy: { $ne: name } };
  const found: Types.ObjectId[] = [];
  const rows = RosterChange.find(held, { target: 1, sourceId: 1 });
  for await (const row of rows.lean().cursor()) if (isHere(row)) found.push(row.target);
  return found;
}

/** Lets go of what earlier runs hold of these kinds and nobody has decided about, as far as this run has read its records. */
export async function dropHeldRead(
  { account, name }: Pick<ActiveRun, 'name' | 'account'>,
  kinds: readonly string[],
  wasRead: (sourceId: string) => boolean,
): Promise<void> {
  const held = {
    ...heldOf({ account }),
    kind: { $in: [...kinds] },
    heldBy: { $ne: name },
    decidedBy: { $exists: false },
  };
  const rows = RosterChange.find(held, { sourceId: 1 });
  const answered: Types.ObjectId[] = [];
  for await (const { _id, sourceId } of rows.lean().cursor()) if (wasRead(sourceId)) answered.push(_id);
  for (let from = 0; from < answered.length; from += BATCH)
    await RosterChange.deleteMany({ _id: { $in: answered.slice(from, from + BATCH) }, state: 'held' });
}

/**
 * Lets go of the removals of these documents that the account's refreshes hold.
 * @param found the run that found them at the source, where this one applies a preview: what was held since stays so
 */
export async function dropHeldOf(
  { account }: Pick<ActiveRun, 'account'>,
  targets: readonly Types.ObjectId[],
  found?: Types.ObjectId,
): Promise<void> {
  for (let from = 0; from < targets.length; from += BATCH)
    await RosterChange.deleteMany({
      ...heldOf({ account }),
      target: { $in: targets.slice(from, from + BATCH) },
      ...(found ? { run: { $lt: found } } : {}),
    });
}
