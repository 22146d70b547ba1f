import type { Types } from 'mongoose';
import { RosterChange } from '../../models/roster-change.js';
import { searchKey } from '../../models/scoped.js';
import type { HeldRun } from '../runs/hold-run.js';
import { fieldChange, type Change } from './change.js';
import { mustHold } from './judge-removals.js';
import { makeChanges, type Collection } from './make-changes.js';
import { noteChanges } from './note-changes.js';

const BATCH = 1000;

/** The documents of one kind, and which of them are gone. */
export interface Removals {
  collection: Collection;
  kind: string;
  /** In sentences: "students". */
  plural: string;
  /** Those that are here now. */
  here: Record<string, unknown>;
  projection: Record<string, 1>;
  isGone: (document: Document) => boolean;
  sourceIdOf: (document: Document) => string;
  /** The status of what is gone. */
  status: string;
  /** Written with it. */
  more?: Record<string, unknown>;
  /** All that are here of the kind, where `here` is only a part of them. */
  among?: Record<string, unknown>;
  /** `hold`: a person looks at any of them. `let go`: a person chose so. Else the guard decides. */
  verdict?: 'hold' | 'let go' | undefined;
}

export type Document = Record<string, unknown> & { _id: Types.ObjectId };

/**
 * Marks as gone what is gone; nothing is deleted. Removals that are too many to be believed are held: listed, and left as they are
 * until a person accepts or rejects them. Reads the documents twice rather than keeping them, as they may be a district's.
 * @returns how many are gone
 */
export async function takeRemovals(run: HeldRun, removals: Removals): Promise<number> {
  let here = 0;
  let gone = 0;
  for await (const document of read(removals)) {
    if (!isNew(run, document)) here += 1;
    if (removals.isGone(document)) gone += 1;
  }
  if (gone === 0) return 0;
  if (removals.among)
    here = await removals.collection.countDocuments({ ...removals.among, 'record.addedBy': { $ne: run.id } });
  const hold = removals.verdict === 'hold' || (removals.verdict !== 'let go' && mustHold(gone, here));
  if (hold) tellHeld(run, removals, gone, here);
  let batch: Change[] = [];
  for await (const document of read(removals)) {
    if (!removals.isGone(document)) continue;
    batch.push(removalOf(run, removals, document));
    if (batch.length < BATCH) continue;
    await takeBatch(run, removals, batch, hold);
    batch = [];
  }
  await takeBatch(run, removals, batch, hold);
  return gone;
}

/** Came in by this run: where all ids are new, as many come as go, and those who go are all who were here. */
function isNew(run: HeldRun, { addedBy, record }: Document): boolean {
  const by = addedBy ?? (record as { addedBy?: unknown } | undefined)?.addedBy;
  return String(by) === run.id.toHexString();
}

function read({ collection, here, projection }: Removals): AsyncIterable<Document> {
  return collection.find(here, {
    projection: { ...projection, status: 1, addedBy: 1, 'record.addedBy': 1 },
    batchSize: BATCH,
  });
}

function removalOf(run: HeldRun, removals: Removals, document: Document): Change {
  const { kind, status, more = {}, sourceIdOf } = removals;
  return {
    kind,
    action: 'removed',
    target: document._id,
    sourceId: sourceIdOf(document),
    fields: [
      fieldChange('status', document.status, status),
      ...Object.entries(more).map(([path, after]) => fieldChange(path, undefined, after)),
    ],
    where: { status: document.status },
    searchKey: searchKey(textAt(document, 'searchKey') || textAt(document, 'name')),
  };
}

function textAt(document: Document, key: string): string {
  const value = document[key];
  return typeof value === 'string' ? value : '';
}

async function takeBatch(run: HeldRun, removals: Removals, batch: Change[], hold: boolean): Promise<void> {
  if (!hold || run.preview) await makeChanges(run, removals.collection, batch);
  else {
    await noteChanges(run, batch, 'held');
    run.count(removals.kind, 'held', batch.length);
  }
  await run.step();
}

function tellHeld(run: HeldRun, { plural, verdict }: Removals, gone: number, here: number): void {
  const many = `${gone.toLocaleString('en')} of ${here.toLocaleString('en')} ${plural}`;
  const why =
    verdict === 'hold' ? 'this download may not tell all' : 'that is more than a night usually brings';
  run.warn(
    run.preview
      ? `${many} would leave. A sync by itself would hold them until somebody looks, because ${why}.`
      : `${many} are missing at the source and are held until somebody looks, because ${why}. Nothing was removed.`,
  );
}

/** Held removals of earlier runs are answered by what this run found: it holds them anew, or they are back, or went. */
export async function dropOlderHeld(
  run: Pick<HeldRun, 'id' | 'account' | 'event' | 'preview'>,
  kinds: readonly string[],
): Promise<void> {
  if (run.preview) return;
  await RosterChange.deleteMany({
    account: run.account,
    event: run.event ?? { $exists: false },
    state: 'held',
    kind: { $in: [...kinds] },
    run: { $ne: run.id },
  });
}
