import { Types } from 'mongoose';
import { contactName } from '../../models/contact.js';
import { searchKey } from '../../models/search-key.js';
import type { Change } from '../../runs/changes/change.js';
import { noteChanges } from '../../runs/changes/note-changes.js';
import { readChanges } from '../../runs/changes/read-changes.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { noteDuplicates, type DoubtfulPair } from './note-duplicates.js';
import { noteNewcomers, type FoundNewcomer } from './note-newcomers.js';

/** What a preview's notes call a pair for the *to decide* list. */
const KIND = 'duplicate';

/** Notes the pairs that a preview would list. */
export async function planPairs(run: ActiveRun, rows: readonly DoubtfulPair[]): Promise<void> {
  await plan(
    run,
    rows.map((row) => ({
      sourceId: '',
      document: { ...row },
      note: { code: 'may be known', reason: row.reason },
    })),
  );
}

/** Notes the newcomers that a preview would list. @returns ids that stand for the pairs, by record id */
export async function planNewcomers(
  run: ActiveRun,
  found: readonly FoundNewcomer[],
): Promise<Map<string, Types.ObjectId>> {
  const rows = found.map(({ newcomer, candidate: { _id, firstName, lastName, email } }) => {
    const candidate = { _id, firstName, lastName, email };
    const document = { name: contactName(newcomer.fields), newcomer, candidate };
    return { sourceId: newcomer.id, document, note: { code: 'id in doubt' } };
  });
  const targets = await plan(run, rows);
  return new Map(rows.map(({ sourceId }, index) => [sourceId, targets[index] ?? new Types.ObjectId()]));
}

async function plan(
  run: ActiveRun,
  rows: readonly Pick<Change, 'sourceId' | 'document' | 'note'>[],
): Promise<Types.ObjectId[]> {
  const targets = rows.map(() => new Types.ObjectId());
  await noteChanges(
    run,
    rows.map(({ document = {}, ...row }, index) => ({
      kind: KIND,
      action: 'added' as const,
      target: targets[index] ?? new Types.ObjectId(),
      ...row,
      document,
      fields: [],
      searchKey: searchKey(typeof document.name === 'string' ? document.name : ''),
    })),
    'planned',
  );
  return targets;
}

/** Lists the pairs that a preview noted, now that it is applied. */
export async function applyPlannedPairs(run: ActiveRun, preview: Types.ObjectId): Promise<void> {
  for await (const rows of readChanges({ run: preview }, KIND, 'planned')) {
    const documents = rows.map(({ document }) => document as unknown as DoubtfulPair | FoundNewcomer);
    const newcomers = documents.filter((document) => 'newcomer' in document);
    const pairs = documents.filter((document) => 'contact' in document);
    const noted = await noteDuplicates(run.account, pairs, run.now());
    const { added } = await noteNewcomers(run.account, newcomers, run.id, run.now());
    if (noted + added > 0) run.count(KIND, 'added', noted + added);
  }
}
