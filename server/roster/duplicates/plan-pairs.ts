import { Types } from 'mongoose';
import { contactName } from '../../models/contact.js';
import { RosterChange } from '../../models/roster-change.js';
import { noteChanges } from '../changes/note-changes.js';
import type { HeldRun } from '../runs/hold-run.js';
import { noteDuplicates, type DoubtfulPair } from './note-duplicates.js';
import { noteNewcomers, type FoundNewcomer } from './note-newcomers.js';

/** How a preview's notes call a pair for the *to decide* list. */
const KIND = 'duplicate';
const BATCH = 500;

/** Notes pairs that a preview would list. */
export async function planPairs(run: HeldRun, rows: readonly DoubtfulPair[]): Promise<void> {
  await plan(
    run,
    rows.map((row) => ({ sourceId: '', document: { name: `Possible duplicate: ${row.reason}`, ...row } })),
  );
}

/** The same of newcomers. @returns ids that stand for the pairs, by record id */
export async function planNewcomers(
  run: HeldRun,
  found: readonly FoundNewcomer[],
): Promise<Map<string, Types.ObjectId>> {
  const rows = found.map(({ newcomer, candidate: { _id, firstName, lastName, email } }) => {
    const candidate = { _id, firstName, lastName, email };
    const name = `${contactName(newcomer.fields)}, with the ID of ${contactName(candidate)}`;
    return { sourceId: newcomer.id, document: { name, newcomer, candidate } };
  });
  const targets = await plan(run, rows);
  return new Map(rows.map(({ sourceId }, index) => [sourceId, targets[index] ?? new Types.ObjectId()]));
}

async function plan(
  run: HeldRun,
  rows: readonly { sourceId: string; document: Record<string, unknown> }[],
): Promise<Types.ObjectId[]> {
  const targets = rows.map(() => new Types.ObjectId());
  await noteChanges(
    run,
    rows.map(({ sourceId, document }, index) => ({
      kind: KIND,
      action: 'added' as const,
      target: targets[index] ?? new Types.ObjectId(),
      sourceId,
      document,
      fields: [],
      searchKey: String(document.name).toLowerCase(),
    })),
    'planned',
  );
  return targets;
}

/** Lists what a preview found, now that it is applied. */
export async function applyPlannedPairs(run: HeldRun, preview: Types.ObjectId): Promise<void> {
  for (let last: Types.ObjectId | undefined; ;) {
    const rows = await RosterChange.find({
      run: preview,
      kind: KIND,
      state: 'planned',
      ...(last ? { _id: { $gt: last } } : {}),
    })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean();
    last = rows.at(-1)?._id;
    if (!last) return;
    const documents = rows.map(({ document }) => document as unknown as DoubtfulPair | FoundNewcomer);
    const newcomers = documents.filter((document) => 'newcomer' in document);
    const pairs = documents.filter((document) => 'contact' in document);
    const noted = await noteDuplicates(run.account, pairs, run.now());
    const { added } = await noteNewcomers(run.account, newcomers, run.id, run.now());
    if (noted + added > 0) run.count(KIND, 'added', noted + added);
  }
}
