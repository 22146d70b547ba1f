import mongoose from 'mongoose';
import { Account } from '../models/account.js';
import { AuditEntry } from '../models/audit-entry.js';
import { RosterChange } from '../models/roster-change.js';
import { dropIndex } from './drop-index.js';
import { rewriteDocuments } from './rewrite-documents.js';

/** Codes of remarks that are said otherwise now; all other codes stay. */
const REMARKS: Record<string, string> = {
  held: 'withheld',
  'would be held': 'would be withheld',
  'held with students': 'withheld with students',
  'would be held with students': 'would be withheld with students',
  'held besides': 'withheld besides',
};

/** Drops the indexes over removals that were called held: new ones have their names or their part. */
export async function dropHeldIndexes(): Promise<void> {
  await dropIndex('rosterChange', ['run', 'since']);
  await dropIndex('rosterChange', ['account', 'event', 'kind', 'heldBy']);
}

/** Renames removals that wait for a decision, as versions before 0.9 stored them: what was held is withheld. */
export async function renameHeld(): Promise<void> {
  const changes = RosterChange.collection;
  await changes.updateMany({ heldBy: { $exists: true } }, { $rename: { heldBy: 'withheldBy' } });
  await changes.updateMany({ state: 'held' }, { $set: { state: 'withheld' } });
  for (const name of ['rosterRun', 'syncRun']) await renameInRuns(name);
  for (const verb of ['accept', 'reject'])
    await AuditEntry.collection.updateMany(
      { action: `${verb} held removals` },
      { $set: { action: `${verb} withheld removals` } },
    );
  await rewriteDocuments('notification', { key: /^held:/ }, ['key'], ({ key }) => ({
    kind: 'removals withheld',
    key: String(key).replace(/^held:/, 'withheld:'),
  }));
}

/**
 * The same for what a process of an older version wrote beside this one after the step: nobody would be asked about those removals. It runs at
 * each start, as such a process may run on while the new one starts; it reads an index by account alone, and writes seldom.
 */
export async function renameHeldSince(): Promise<void> {
  const changes = RosterChange.collection;
  const held = { account: { $in: await Account.distinct('_id') }, state: 'held' };
  const runs = (await changes.distinct('run', held)) as mongoose.Types.ObjectId[];
  if (runs.length === 0) return;
  for (const name of ['rosterRun', 'syncRun']) await renameInRuns(name, { _id: { $in: runs } });
  await changes.updateMany(held, { $rename: { heldBy: 'withheldBy' }, $set: { state: 'withheld' } });
}

/** @param of the runs to look at; all unless it is said */
async function renameInRuns(
  name: string,
  of: { _id?: { $in: mongoose.Types.ObjectId[] } } = {},
): Promise<void> {
  await mongoose.connection
    .collection(name)
    .updateMany({ ...of, holds: { $exists: true } }, { $rename: { holds: 'withholds' } });
  await rewriteDocuments(name, of, ['counts', 'result', 'remarks'], ({ counts, result, remarks }) => ({
    ...(hasHeld(counts) ? { counts: withheldIn(counts) } : {}),
    ...(isObject(result) && hasHeld(result.counts)
      ? { result: { ...result, counts: withheldIn(result.counts) } }
      : {}),
    ...(Array.isArray(remarks) && remarks.some(isOld) ? { remarks: remarks.map(renameRemark) } : {}),
  }));
}

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** Whether counts by kind have the old name. */
function hasHeld(counts: unknown): counts is Record<string, Fields> {
  return isObject(counts) && Object.values(counts).some((count) => isObject(count) && 'held' in count);
}

function withheldIn(counts: Record<string, Fields>): Record<string, Fields> {
  return Object.fromEntries(
    Object.entries(counts).map(([kind, { held, ...count }]) => [
      kind,
      held === undefined ? count : { ...count, withheld: held },
    ]),
  );
}

function isOld(remark: unknown): remark is Fields {
  return isObject(remark) && ('ofHeld' in remark || String(remark.code) in REMARKS);
}

function renameRemark(remark: unknown): unknown {
  if (!isOld(remark)) return remark;
  const { ofHeld, ...rest } = remark;
  const code = String(remark.code);
  return { ...rest, code: REMARKS[code] ?? code, ...(ofHeld === undefined ? {} : { ofWithheld: ofHeld }) };
}
