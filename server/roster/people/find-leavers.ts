import type { Document, Removals } from '../../runs/changes/take-removals.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import type { Remark } from '../../runs/log/say-remark.js';
import { tellsAll, type ListOutcome } from '../../sources/download/download-district.js';
import type { Store } from '../mirror/stores.js';

/** One kind of record in the question of who is gone. */
export interface Removal<F> {
  store: Pick<Store<F>, 'collection' | 'gone'>;
  kind: string;
  outcome: ListOutcome | undefined;
  /** Which of the stored records are of this kind. */
  filter: object;
  /** How many of them the run has seen. */
  most: number;
  /** A list of this download broke off, or it is out of date: then a person looks at every removal. */
  doubtful: boolean;
  /** Contacts (hex ids) that came under another id: a preview has not written that yet. */
  matched: ReadonlySet<string>;
  source: 'clever' | 'file';
  /** Who waits for a person in any case, and the fields that this is told from. */
  waits?: Condition;
  /** Who is not gone in any case. */
  stays?: Condition;
}

export interface Condition {
  path: string;
  test: (document: Document) => boolean;
}

export interface Leavers {
  /** Whether the source tells who is gone, so that what earlier runs held of this kind is answered by it. */
  answered: boolean;
  /** What the page says where it does not. */
  told: Remark[];
  /** Absent where nobody can be gone. */
  removals?: Removals;
}

/**
 * Finds who the source no longer has. Only a list that was read to its end says so: one that broke off, is not shared, or came empty
 * where there were records, tells of nobody, and that is told plainly. Of a list of changes alone, those are gone that it names.
 * @param seen ids that the source has; of a list of changes: `gone` the ids that left
 */
export async function findLeavers<F>(
  run: ActiveRun,
  removal: Removal<F>,
  seen: { has(id: string): boolean },
  gone?: ReadonlySet<string>,
): Promise<Leavers> {
  const { store, kind, outcome, waits, stays } = removal;
  const among = {
    account: run.account,
    ...removal.filter,
    status: 'active',
    'record.id': { $type: 'string' },
    'record.kept': { $exists: false },
  };
  const here = gone ? { ...among, 'record.id': { $in: [...gone] } } : among;
  const had = (await store.collection.findOne(here, { projection: { _id: 1 } })) !== null;
  if (outcome?.ended === 'whole' && outcome.unreadable)
    return { answered: false, told: [{ code: 'list unreadable', kind, count: outcome.unreadable }] };
  const objection = objectionTo(removal, had);
  if (objection || !outcome) return { answered: false, told: objection ? [objection] : [] };
  if (!had) return { answered: true, told: [] };
  if (!gone && !run.preview && tellsAll(outcome) && (await countHere(run, removal)) <= removal.most)
    return { answered: true, told: [] };
  const isGone = (document: Document) =>
    !seen.has(sourceIdOf(document)) &&
    !removal.matched.has(document._id.toHexString()) &&
    !stays?.test(document);
  const paths = [waits, stays].flatMap((condition) => (condition ? [[condition.path, 1] as const] : []));
  const projection = { 'record.id': 1, searchKey: 1, name: 1, ...Object.fromEntries(paths) } as const;
  if (outcome.ended === 'whole' && !tellsAll(outcome)) {
    const missed = await someone(store.collection.find(here, { projection }), isGone);
    return { answered: false, told: missed ? [unshared(removal)] : [] };
  }
  const removals = {
    collection: store.collection,
    kind,
    here,
    ...(gone ? { among } : {}),
    projection,
    isGone,
    sourceIdOf,
    status: store.gone,
    ...(store.gone === 'transferred' ? { more: { transferredAt: run.now() } } : {}),
    ...(removal.doubtful ? { verdict: 'hold' as const } : {}),
    ...(waits ? { waits: waits.test } : {}),
  };
  return { answered: true, told: [], removals };
}

/** In the index alone: a thousandth of what it takes to look at each. */
function countHere<F>(run: ActiveRun, { store, filter }: Removal<F>): Promise<number> {
  return store.collection.countDocuments({ account: run.account, ...filter, status: 'active' });
}

async function someone(cursor: object, isGone: (document: Document) => boolean): Promise<boolean> {
  for await (const document of cursor as AsyncIterable<Document>) if (isGone(document)) return true;
  return false;
}

function sourceIdOf(document: Document): string {
  return (document.record as { id: string }).id;
}

/** Why nothing of this kind may be removed; undefined when the list was read to its end. */
function objectionTo(
  { outcome, kind }: Pick<Removal<never>, 'outcome' | 'kind'>,
  had: boolean,
): Remark | undefined {
  if (outcome?.ended === 'broken off' && outcome.fault)
    return { code: 'list broke off', kind, fault: outcome.fault };
  if (outcome?.ended === 'not shared') return { code: had ? 'no longer shared' : 'never shared', kind };
  return undefined;
}

function unshared({ kind, source }: Pick<Removal<never>, 'kind' | 'source'>): Remark {
  return { code: source === 'file' ? 'not in the files' : 'no longer shared', kind };
}
