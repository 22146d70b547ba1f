import mongoose, { type mongo, type Types } from 'mongoose';
import type { RunNote } from '../../models/roster-change.js';
import type { SourceRecord } from '../../models/scoped.js';
import { compareFields, type Change } from '../../runs/changes/change.js';
import { makeChanges } from '../../runs/changes/make-changes.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import type { RosterRecord } from '../../sources/records/roster-record.js';
import { diffRecords, type KnownRecord, type RecordDiff } from './diff-records.js';
import type { Store } from '../mirror/stores.js';

export type Stored = Record<string, unknown> & { _id: Types.ObjectId; record?: SourceRecord; status: string };

/** A record that would change the document with its id. */
export interface Claim<F> {
  record: RosterRecord<F>;
  document: Stored;
}

export interface ApplyOptions<F> {
  /** Further fields of a new document; a matched one gets them too. */
  fresh?: Record<string, unknown>;
  /** Whether no document has a record yet, so that there is nothing to look up. */
  noneKnown?: boolean;
  /** Finds documents that stand for records which no document has by id. */
  match?: (unknown: RosterRecord<F>[]) => Promise<Map<string, Types.ObjectId>>;
  /** What a matched document keeps of its own; `known` by record id. */
  revise?: (
    records: readonly RosterRecord<F>[],
    known: ReadonlyMap<string, KnownRecord>,
  ) => Promise<readonly RosterRecord<F>[]>;
  /**
   * Of a batch, of the records that would change a document, and of further records of merged people (`merged`): the ids that seem to stand
   * for somebody else. Those records are left out.
   */
  findDoubted?: (
    records: readonly RosterRecord<F>[],
    claims: readonly Claim<F>[],
    merged: RecordDiff<F>['merged'],
  ) => Promise<ReadonlySet<string>>;
  /** Whether the source still lists an id, as far as that is known. */
  isCurrent?: (id: string) => boolean;
  /** The remark on a record that makes a new document. */
  remark?: (id: string) => RunNote | undefined;
  /** Called with every record that made a new document, also by an earlier try of this run. */
  onAdded?: (added: { id: string; target: Types.ObjectId }[]) => Promise<void>;
  /** Called with the main ids of people whose record came under a further id. */
  onMerged?: (mainIds: string[]) => void;
}

/**
 * Writes one batch of records (about 1,000) where they differ from what is stored, in one bulk write; unchanged documents are not touched.
 * A record that the database refuses becomes a row in the log.
 * @param kind what counts and the log call one of them
 */
export async function applyRecords<F extends object>(
  run: ActiveRun,
  store: Store<F>,
  kind: string,
  records: readonly RosterRecord<F>[],
  options: ApplyOptions<F> = {},
): Promise<void> {
  const known = options.noneKnown
    ? new Map<string, KnownRecord>()
    : await findKnown(run, store, records, options);
  const revised = (await options.revise?.(records, known)) ?? records;
  const whole = diffRecords(revised, known);
  const before = await findBefore(store, whole);
  const doubted = await options.findDoubted?.(revised, claimsOf(whole, known, before), whole.merged);
  const diff = doubted?.size ? withoutDoubted(whole, doubted) : whole;
  const changes = changesOf(run, store, kind, diff, before, options);
  await makeChanges(run, store.collection, changes);
  run.count(kind, 'unchanged', diff.unchanged);
  run.count(kind, 'leftOut', diff.merged.length);
  const added = changes.slice(0, diff.added.length).map(({ sourceId, target }) => ({ id: sourceId, target }));
  const earlier = run.again ? await addedBefore(run, known, records, options) : [];
  if (added.length + earlier.length > 0) await options.onAdded?.([...earlier, ...added]);
}

/** Only records whose document has that very id, or got it by a merge; those that were matched were compared then. */
function claimsOf<F>(
  { changed, restored }: RecordDiff<F>,
  known: ReadonlyMap<string, KnownRecord>,
  before: ReadonlyMap<string, Stored>,
): Claim<F>[] {
  return [...changed, ...restored].flatMap(({ record, _id }) => {
    const document = before.get(_id.toHexString());
    const { by, isFurther } = known.get(record.id) ?? {};
    return document && (by === undefined || isFurther) ? [{ record, document }] : [];
  });
}

function withoutDoubted<F>(diff: RecordDiff<F>, doubted: ReadonlySet<string>): RecordDiff<F> {
  const sure = ({ record }: { record: RosterRecord<F> }) => !doubted.has(record.id);
  const [changed, restored] = [diff.changed.filter(sure), diff.restored.filter(sure)];
  return { ...diff, changed, restored, merged: diff.merged.filter(sure) };
}

async function findKnown<F>(
  run: ActiveRun,
  store: Store<F>,
  records: readonly RosterRecord<F>[],
  { match, isCurrent, onMerged }: ApplyOptions<F>,
): Promise<Map<string, KnownRecord>> {
  const ids = records.map(({ id }) => id);
  const known = new Map<string, KnownRecord>();
  for await (const document of readBy(run, store, { 'record.id': { $in: ids } }))
    if (document.record) known.set(document.record.id, knownOf(document));
  const unknown = records.filter(({ id }) => !known.has(id));
  if (!match || unknown.length === 0) return known;
  const wanted = new Set(unknown.map(({ id }) => id));
  for await (const document of readBy(run, store, { 'record.also': { $in: [...wanted], $exists: true } })) {
    const main = document.record?.id ?? '';
    // If a person's main record is gone, the next listed one takes its place.
    let by: KnownRecord['by'] = isCurrent?.(main) === false ? 'matched' : 'merged';
    for (const id of document.record?.also ?? []) {
      if (wanted.delete(id)) known.set(id, { ...knownOf(document), by, isFurther: true });
      if (known.get(id)?.by === 'matched') by = 'merged';
    }
    if (by === 'merged') onMerged?.([main]);
  }
  const matched = await match(unknown.filter(({ id }) => wanted.has(id)));
  const found = new Map<string, Stored>();
  if (matched.size > 0)
    for await (const document of readBy(run, store, { _id: { $in: [...matched.values()] } }))
      found.set(document._id.toHexString(), document);
  for (const [id, target] of matched) {
    const document = found.get(target.toHexString());
    if (document) known.set(id, { ...knownOf(document), by: 'matched' });
  }
  return known;
}

/** Documents that the run's first try added before its worker was lost, perhaps without reporting them. */
async function addedBefore<F>(
  run: ActiveRun,
  known: ReadonlyMap<string, KnownRecord>,
  records: readonly RosterRecord<F>[],
  { match }: ApplyOptions<F>,
): Promise<{ id: string; target: Types.ObjectId }[]> {
  const mine = records.filter(({ id }) => known.get(id)?.addedBy?.equals(run.id));
  if (mine.length > 0) await match?.(mine);
  return mine.flatMap(({ id }) => {
    const target = known.get(id)?._id;
    return target ? [{ id, target }] : [];
  });
}

function readBy<F>(run: ActiveRun, store: Store<F>, filter: object): AsyncIterable<Stored> {
  return store.collection.find(
    { account: run.account, ...filter },
    { projection: { record: 1, status: 1 }, batchSize: 1000 },
  ) as unknown as AsyncIterable<Stored>;
}

function knownOf({ _id, record, status }: Stored): KnownRecord {
  return {
    _id,
    hash: record?.hash ?? '',
    here: status === 'active',
    ...(record?.kept ? { kept: true } : {}),
    ...(record?.keptFor === undefined ? {} : { keptFor: record.keptFor }),
    ...(record?.addedBy ? { addedBy: record.addedBy } : {}),
  };
}

function remarkOn(id: string, remark: ApplyOptions<never>['remark']): { note?: RunNote } {
  const note = remark?.(id);
  return note === undefined ? {} : { note };
}

/** New documents first, in the order of the diff. */
function changesOf<F extends object>(
  run: ActiveRun,
  store: Store<F>,
  kind: string,
  diff: RecordDiff<F>,
  before: ReadonlyMap<string, Stored>,
  { fresh = {}, remark }: ApplyOptions<F>,
): Change[] {
  const added = diff.added.map((record): Change => ({
    kind,
    action: 'added',
    target: new mongoose.Types.ObjectId(),
    sourceId: record.id,
    document: {
      account: run.account,
      ...fresh,
      status: 'active',
      record: { id: record.id, hash: record.hash, addedBy: run.id },
      ...record.fields,
      ...store.keysOf?.(record.fields),
    },
    fields: [],
    ...remarkOn(record.id, remark),
    // Only a preview's notes on new documents are searched.
    ...(run.preview ? { searchKey: store.searchKeyOf(record.fields) } : {}),
  }));
  const written = (action: 'changed' | 'restored') =>
    diff[action].map(({ record, _id }): Change => {
      const document = before.get(_id.toHexString());
      const fields = compareFields(document ?? {}, wantedOf(store, record, fresh, document));
      const searchKey = store.searchKeyOf(record.fields);
      return { kind, action, target: _id, sourceId: record.id, fields, searchKey };
    });
  return [...added, ...written('changed'), ...written('restored')];
}

function wantedOf<F>(
  store: Store<F>,
  { id, hash, fields, keptFor, movedFor }: RosterRecord<F>,
  fresh: Record<string, unknown>,
  document: Stored | undefined,
): Record<string, unknown> {
  const moved = movedFor === undefined ? {} : { 'record.movedFor': movedFor };
  const record = document?.record
    ? { ...renewed(store, document, document.record, { id, hash }), 'record.keptFor': keptFor, ...moved }
    : { record: { id, hash } };
  return { status: 'active', transferredAt: undefined, ...record, ...fresh, ...store.stored(fields) };
}

/** The document's tie to the source; a further id that becomes the main one is no longer a further one. */
function renewed<F>(
  { swap }: Store<F>,
  document: Stored,
  { also }: SourceRecord,
  { id, hash }: Pick<SourceRecord, 'id' | 'hash'>,
): Record<string, unknown> {
  const swapped = swap && also?.includes(id) ? swap(document, id) : {};
  return { 'record.id': id, 'record.hash': hash, 'record.kept': undefined, ...swapped };
}

/** The documents that change, as they are stored. */
async function findBefore<F>(store: Store<F>, diff: RecordDiff<F>): Promise<Map<string, Stored>> {
  const ids = [...diff.changed, ...diff.restored].map(({ _id }) => _id);
  if (ids.length === 0) return new Map();
  const found = (await (
    store.collection.find({ _id: { $in: ids } }) as mongo.FindCursor
  ).toArray()) as unknown as Stored[];
  return new Map(found.map((document) => [document._id.toHexString(), document]));
}
