import type { Types } from 'mongoose';
import { searchKey } from '../../models/search-key.js';
import type { ActiveRun } from '../engine/active-run.js';
import type { WithheldWhy } from '../log/say-remark.js';
import { fieldChange, type Change } from './change.js';
import { findWaiting, mustWithholdAll, waits, type Waiting } from './find-waiting.js';
import { makeChanges } from './make-changes.js';
import type { Collection } from './read-changes.js';
import { noteChanges } from './note-changes.js';

const BATCH = 1000;

/** The documents of one kind, and which of them are gone. */
export interface Removals {
  collection: Collection;
  kind: string;
  /** The filter for those that are here now. */
  here: Record<string, unknown>;
  projection: Record<string, 1>;
  isGone: (document: Document) => boolean;
  sourceIdOf: (document: Document) => string;
  /** The status of a document that is gone. */
  status: string;
  /** Further fields that are written with the status. */
  more?: Record<string, unknown>;
  /** The filter for all that are here of the kind, where `here` covers only a part. */
  among?: Record<string, unknown>;
  /** `withhold`: a person looks at all of them. `let go`: a person decided so. Absent: the guard decides. */
  verdict?: 'withhold' | 'let go' | undefined;
  /** Which of those that the guard lets go wait for a person all the same. */
  waits?: (document: Document) => boolean;
}

export type Document = Record<string, unknown> & { _id: Types.ObjectId };

/**
 * Marks documents as gone; nothing is deleted. Removals that are too many to be believed are withheld: they are listed and left as they are
 * until a person accepts or rejects them. Reads the documents twice instead of keeping them, as they may be a whole district's.
 * @returns how many are gone
 */
export async function takeRemovals(run: ActiveRun, removals: Removals): Promise<number> {
  const judged = await judgeRemovals(run, removals);
  const { gone, withheld } = judged;
  if (gone === 0) return 0;
  if (judged.why) warnOfWithheld(run, removals, judged, judged.why);
  let waiting = 0;
  let [go, wait]: [Change[], Change[]] = [[], []];
  for await (const document of readGone(removals)) {
    const waits = judged.waits(document) || removals.waits?.(document) === true;
    (waits ? wait : go).push(removalOf(run, removals, document));
    if (go.length + wait.length < BATCH) continue;
    await takeBatch(run, removals, go, wait);
    waiting += wait.length;
    [go, wait] = [[], []];
  }
  await takeBatch(run, removals, go, wait);
  waiting += wait.length;
  if (waiting > withheld) warnOfWaiting(run, removals, waiting - withheld);
  return gone;
}

interface Judged {
  gone: number;
  /** How many were here before. */
  here: number;
  /** How many of the gone ones wait for a person, and which. */
  withheld: number;
  waits: (document: Document) => boolean;
  /** Why they wait; absent if the guard lets all go. */
  why?: WithheldWhy;
}

const GO = { withheld: 0, waits: () => false };

/** The guard's verdict on the removals. */
export async function judgeRemovals(run: ActiveRun, removals: Removals): Promise<Judged> {
  let here = 0;
  let gone = 0;
  for await (const document of read(removals)) {
    if (!isNew(run, document)) here += 1;
    if (removals.isGone(document)) gone += 1;
  }
  if (gone === 0 || removals.verdict === 'let go') return { gone, here, ...GO };
  if (removals.among)
    here = await removals.collection.countDocuments({ ...removals.among, 'record.addedBy': { $ne: run.id } });
  const all = { gone, here, withheld: gone, waits: () => true };
  if (removals.verdict === 'withhold') return { ...all, why: 'doubtful' };
  const waiting = await findWaiting(run, removals.kind);
  const { known, withheld } = await countWaiting(removals, waiting);
  if (mustWithholdAll(waiting, { gone, known, here })) return { ...all, why: 'many' };
  if (withheld === 0) return { gone, here, ...GO };
  // They wait until somebody decides or the source has them again, even if documents that arrived meanwhile make them look few.
  return { gone, here, withheld, waits: ({ _id }) => waits(waiting, _id.toHexString()), why: 'undecided' };
}

/** How many of those that are gone already wait: for earlier runs, and in all. */
async function countWaiting(
  removals: Removals,
  waiting: Waiting,
): Promise<{ known: number; withheld: number }> {
  let [known, withheld] = [0, 0];
  if (waiting.older.size + waiting.own.size === 0) return { known, withheld };
  for await (const { _id } of readGone(removals)) {
    const id = _id.toHexString();
    if (waiting.older.has(id)) known += 1;
    if (waits(waiting, id)) withheld += 1;
  }
  return { known, withheld };
}

export async function* readGone(removals: Removals): AsyncGenerator<Document, void, undefined> {
  for await (const document of read(removals)) if (removals.isGone(document)) yield document;
}

/** Whether this run added the document. If every id is new, as many arrive as leave, and those who leave are all who were here. */
function isNew(run: ActiveRun, { addedBy, record }: Document): boolean {
  const by = addedBy ?? (record as { addedBy?: unknown } | undefined)?.addedBy;
  return String(by) === run.id.toHexString();
}

function read({ collection, here, projection }: Removals): AsyncIterable<Document> {
  return collection.find(here, {
    projection: { ...projection, status: 1, addedBy: 1, 'record.addedBy': 1 },
    batchSize: BATCH,
  });
}

function removalOf(run: ActiveRun, removals: Removals, document: Document): Change {
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
    ...(removals.verdict === 'withhold' ? { doubtful: true } : {}),
  };
}

function textAt(document: Document, key: string): string {
  const value = document[key];
  return typeof value === 'string' ? value : '';
}

async function takeBatch(run: ActiveRun, removals: Removals, go: Change[], wait: Change[]): Promise<void> {
  await makeChanges(run, removals.collection, run.preview ? [...go, ...wait] : go);
  if (!run.preview && wait.length > 0) {
    await noteChanges(run, wait, 'withheld');
    run.count(removals.kind, 'withheld', wait.length);
  }
  await run.step();
}

function warnOfWithheld(
  run: ActiveRun,
  { kind }: Removals,
  { withheld, here }: Judged,
  why: WithheldWhy,
): void {
  run.warn({ code: run.preview ? 'would be withheld' : 'withheld', kind, gone: withheld, here, why });
}

function warnOfWaiting(run: ActiveRun, { kind }: Removals, count: number): void {
  run.warn({ code: run.preview ? 'would be withheld with students' : 'withheld with students', kind, count });
}
