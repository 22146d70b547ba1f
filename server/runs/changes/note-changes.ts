import type { mongo } from 'mongoose';
import { duplicatesAmong } from '../../models/duplicate-key.js';
import { RosterChange, type ChangeState, type FieldChange } from '../../models/roster-change.js';
import type { ActiveRun } from '../engine/active-run.js';
import { isPassing } from '../engine/judge-fault.js';
import { sameValue, type Change } from './change.js';

const DAY_MS = 24 * 3600_000;
/** Notes contain personal data and expire: those of a preview that nobody applied sooner than what undo needs. */
const KEPT_MS: Partial<Record<ChangeState, number>> = { planned: 7 * DAY_MS };
const KEPT_LONG_MS = 60 * DAY_MS;

type Row = Omit<RosterChange, '_id'>;
type NotingRun = Pick<ActiveRun, 'id' | 'account' | 'event' | 'now' | 'name'>;

/**
 * Notes what a run does or would do to documents, one row a document. If a repeated run meets a document that its first try changed, both
 * changes become one.
 */
export async function noteChanges(
  run: NotingRun,
  changes: readonly Change[],
  state: ChangeState,
): Promise<void> {
  if (changes.length === 0) return;
  const since = state === 'withheld' ? await findSince(run, changes) : undefined;
  const expiresAt = new Date(run.now().getTime() + (KEPT_MS[state] ?? KEPT_LONG_MS));
  const rows = changes.map((change) => ({
    ...rowOf(run, change, state, expiresAt),
    ...(since ? { since: since.get(change.target.toHexString()) ?? run.now(), withheldBy: run.name } : {}),
  }));
  const collection = RosterChange.collection as unknown as mongo.Collection<Row>;
  try {
    // The driver adds an id to what it inserts; a row that joins an earlier one keeps the earlier id.
    await collection.insertMany(
      rows.map((row) => ({ ...row })),
      { ordered: false },
    );
  } catch (error) {
    const noted = duplicatesAmong(error);
    if (!noted || isPassing(error)) throw error;
    await joinRows(noted.flatMap((index) => rows[index] ?? []));
  }
}

/** Since when those of the changes that are withheld already have been withheld. */
async function findSince(run: NotingRun, changes: readonly Change[]): Promise<Map<string, Date | undefined>> {
  const withheld = await RosterChange.find(
    { account: run.account, state: 'withheld', target: { $in: changes.map(({ target }) => target) } },
    { target: 1, since: 1 },
  ).lean();
  return new Map(withheld.map(({ target, since }) => [target.toHexString(), since]));
}

function rowOf(
  run: Pick<ActiveRun, 'id' | 'account' | 'event'>,
  { kind, action, target, sourceId, document, fields, note, searchKey, doubtful, size, keptFor }: Change,
  state: ChangeState,
  expiresAt: Date,
): Row {
  return {
    account: run.account,
    run: run.id,
    ...(run.event ? { event: run.event } : {}),
    kind,
    action,
    target,
    sourceId,
    ...(document ? { document } : {}),
    fields,
    state,
    ...(note ? { note } : {}),
    searchKey: searchKey ?? '',
    ...(doubtful ? { doubtful } : {}),
    ...(size === undefined ? {} : { size }),
    ...(keptFor === undefined ? {} : { keptFor }),
    expiresAt,
  };
}

async function joinRows(rows: Row[]): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const noted = await RosterChange.find({
    run: first.run,
    target: { $in: rows.map(({ target }) => target) },
  }).lean();
  const byTarget = new Map(noted.map((row) => [keyOf(row), row]));
  // Written without the model, which would leave out an empty object (a class without edits).
  await RosterChange.collection.bulkWrite(
    rows.map((row) => {
      const earlier = byTarget.get(keyOf(row));
      const fields = earlier ? joinFields(earlier.fields, row.fields) : row.fields;
      return {
        updateOne: {
          filter: { run: row.run, target: row.target, kind: row.kind },
          update: { $set: { ...row, fields } },
        },
      };
    }),
    { ordered: false },
  );
}

function keyOf({ kind, target }: Pick<Row, 'kind' | 'target'>): string {
  return `${kind} ${target.toHexString()}`;
}

/** Joins two changes of one document: the values before the first, and those after the second. */
function joinFields(first: readonly FieldChange[], second: readonly FieldChange[]): FieldChange[] {
  const later = new Map(second.map((field) => [field.path, field]));
  const kept = first.filter(({ path }) => !later.has(path));
  const joined = second.map((field) => {
    const earlier = first.find(({ path }) => path === field.path);
    // The first write did not happen if the document still had its earlier value.
    if (!earlier || !sameValue(earlier.after, field.before)) return field;
    const { before: _, ...rest } = field;
    return earlier.before === undefined ? rest : { ...rest, before: earlier.before };
  });
  return [...kept, ...joined];
}
