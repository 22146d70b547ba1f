import mongoose, { type mongo } from 'mongoose';
import type { RosterRecord } from '../sources/roster-record.js';
import type { HeldRun } from '../runs/hold-run.js';
import { logRun, type LogRow } from '../runs/log-run.js';
import { isPassing } from '../runs/judge-fault.js';
import { changedFields, diffRecords, type KnownRecord, type RecordDiff } from './diff-records.js';
import type { Store } from './stores.js';

/**
 * Writes one batch of records (about 1,000) where they differ from what is stored, in one bulk write; unchanged ones are not
 * touched. What the database does not take is a row in the log.
 * @param kind how counts and log call one of them
 */
export async function applyRecords<F extends object>(
  run: HeldRun,
  store: Store<F>,
  kind: string,
  records: readonly RosterRecord<F>[],
): Promise<void> {
  const known = await findKnown(run, store, records);
  const diff = diffRecords(records, known);
  const before = await findBefore(store, diff);
  const rows = [
    ...diff.added.map(({ id }) => rowOf(kind, 'added', id)),
    ...diff.changed.map(({ record, _id }) => {
      const fields = changedFields(before.get(_id.toHexString()) ?? {}, record.fields);
      return rowOf(kind, 'changed', record.id, fields);
    }),
    ...diff.restored.map(({ record }) => rowOf(kind, 'restored', record.id)),
  ];
  const refused = await write(store, operationsOf(run, store, diff));
  for (const index of refused) {
    const row = rows[index];
    if (row)
      Object.assign(row, { action: 'refused', level: 'warning', text: 'The database did not take it.' });
  }
  for (const row of rows) run.count(kind, row.action as 'added' | 'changed' | 'restored' | 'refused');
  run.count(kind, 'unchanged', diff.unchanged);
  await logRun(run, rows);
}

function rowOf(kind: string, action: string, sourceId: string, text = ''): LogRow {
  return { kind, action, sourceId, text };
}

async function findKnown<F>(
  run: HeldRun,
  store: Store<F>,
  records: readonly RosterRecord<F>[],
): Promise<Map<string, KnownRecord>> {
  const found = await store.collection
    .find(
      { account: run.account, 'record.id': { $in: records.map(({ id }) => id) } },
      { projection: { record: 1, status: 1 } },
    )
    .toArray();
  return new Map(
    found.map((document) => {
      const { id, hash } = document.record as { id: string; hash: string };
      return [id, { _id: document._id, hash, here: document.status === 'active' }];
    }),
  );
}

/** The changed ones as they are stored, so that the log can name the fields. */
async function findBefore<F>(store: Store<F>, diff: RecordDiff<F>): Promise<Map<string, object>> {
  if (diff.changed.length === 0) return new Map();
  const ids = diff.changed.map(({ _id }) => _id);
  const found = await store.collection.find({ _id: { $in: ids } }).toArray();
  return new Map(found.map((document) => [document._id.toHexString(), document]));
}

/** In the order of the log's rows. */
function operationsOf<F extends object>(
  run: HeldRun,
  store: Store<F>,
  diff: RecordDiff<F>,
): mongo.AnyBulkWriteOperation[] {
  const added = diff.added.map((record) => ({
    insertOne: {
      document: {
        account: run.account,
        ...store.fresh,
        status: 'active',
        record: { id: record.id, hash: record.hash },
        ...store.stored(record.fields),
      },
    },
  }));
  const written = [...diff.changed, ...diff.restored].map(({ record, _id }) => ({
    updateOne: {
      filter: { _id },
      update: {
        $set: { status: 'active', 'record.hash': record.hash, ...store.stored(record.fields) },
        $unset: { transferredAt: 1 },
      },
    },
  }));
  return [...added, ...written];
}

/** @returns the places of the operations that the database refused, each for a reason of its own */
async function write<F>(store: Store<F>, operations: mongo.AnyBulkWriteOperation[]): Promise<number[]> {
  if (operations.length === 0) return [];
  try {
    await store.collection.bulkWrite(operations, { ordered: false });
    return [];
  } catch (error) {
    if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) throw error;
    const failed = ([] as mongo.WriteError[]).concat(error.writeErrors);
    if (failed.length === 0 || failed.some(isPassing)) throw error;
    return failed.map(({ index }) => index);
  }
}
