import { hash } from 'node:crypto';
import type { Model } from 'mongoose';
import type { Deps } from '../../deps.js';
import { sourceOf, type Account } from '../../models/account.js';
import { RosterChange } from '../../models/roster-change.js';
import { RosterRun } from '../../models/roster-run.js';
import type { Run } from '../../models/run.js';
import { SyncRun } from '../../models/sync-run.js';
import { mailAdministrators } from '../../notifications/mail-administrators.js';
import { styleOf } from '../../web/place.js';
import type { ActiveRun } from './active-run.js';
import { pathOfRefresh, pathOfRun } from '../show/queries.js';
import { nameSource } from '../show/name-source.js';
import { withheldInWords } from '../show/summarize-run.js';

/**
 * Emails the account's administrators that removals wait for them. If the next night withholds the same removals, nobody is emailed again; if
 * it withholds others, even as many, they are.
 */
export async function mailWithheld(
  deps: Pick<Deps, 'config' | 'queue' | 'now'>,
  account: Pick<Account, '_id' | 'name' | 'locale' | 'clever' | 'files'>,
  run: ActiveRun,
  kinds: readonly string[],
): Promise<void> {
  if (run.preview) return;
  const isNew = await isNewList(run, kinds);
  const words = withheldInWords(run.counts, styleOf(account));
  if (words === '' || !isNew) return;
  const page = run.event ? pathOfRun(run.id) : pathOfRefresh(run.id);
  await mailAdministrators(deps, account, {
    ...(run.event ? { event: run.event } : {}),
    kind: 'removals withheld',
    subject: `${account.name}: the roster sync found removals for you to review`,
    text: `The last roster sync found a lot missing from ${nameSource(sourceOf(account))}: ${words}. That’s more than usual, so nothing was removed. Please review the list and accept or reject the removals:\n${deps.config.publicUrl}${page}\n\nUntil then, everybody stays, and parents can book as before.`,
    key: `withheld:${run.id.toHexString()}`,
  });
}

/** Whether the run withholds other records than the sync before it. Stores a fingerprint of what it withholds, for the next sync. */
async function isNewList(run: ActiveRun, kinds: readonly string[]): Promise<boolean> {
  const model = (run.event ? SyncRun : RosterRun) as unknown as Model<Run>;
  const withholds = await printOf(run);
  const noted = await model.updateOne({ _id: run.id, purpose: 'sync' }, { $set: { withholds } });
  if (noted.matchedCount === 0) return true;
  const last = await model
    .findOne(
      {
        ...(run.event ? { event: run.event } : { account: run.account }),
        _id: { $ne: run.id },
        purpose: 'sync',
        $or: [{ withholds: { $exists: true } }, { state: 'done' }],
      },
      { withholds: 1, counts: 1 },
    )
    .sort({ createdAt: -1 })
    .lean();
  if (last?.withholds !== undefined) return last.withholds !== withholds;
  // Version 0.4.0 stored only how many.
  return !last || kinds.some((kind) => withheldOf(last, kind) !== withheldOf(run, kind));
}

function withheldOf({ counts }: Pick<Run, 'counts'>, kind: string): number {
  return counts[kind]?.withheld ?? 0;
}

/** A fingerprint of the withheld records that does not depend on their order. */
async function printOf({ id }: ActiveRun): Promise<string> {
  const print = Buffer.alloc(BYTES);
  let count = 0;
  const rows = RosterChange.find({ run: id, state: 'withheld' }, { kind: 1, target: 1 }).lean();
  for await (const { kind, target } of rows.cursor({ batchSize: 1000 })) {
    const one = hash('sha256', `${kind} ${target.toHexString()}`, 'buffer');
    for (let index = 0; index < BYTES; index += 1) print[index] = (print[index] ?? 0) ^ (one[index] ?? 0);
    count += 1;
  }
  return count === 0 ? '' : `${String(count)}:${print.toString('base64url')}`;
}

const BYTES = 32;
