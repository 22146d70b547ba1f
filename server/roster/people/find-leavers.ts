import type { Document, Removals } from '../../runs/changes/take-removals.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import type { Remark } from '../../runs/log/say-remark.js';
import { tellsAll, type ListOutcome } from '../../sources/download/download-district.js';
import type { Store } from '../mirror/stores.js';

/** The question of who is gone, for one kind of record. */
export interface Removal<F> {
  store: Pick<Store<F>, 'collection' | 'gone'>;
  kind: string;
  outcome: ListOutcome | undefined;
  /** The filter for the stored records of this kind. */
  filter: object;
  /** How many of them the run has seen. */
  most: number;
  /** Whether a list of this download broke off or is out of date: then a person looks at every removal. */
  doubtful: boolean;
  /** Contacts (hex ids) that came under another id, which a preview has not written. */
  matched: ReadonlySet<string>;
  source: 'clever' | 'file';
  /** Who waits for a person in any case, and the fields that decide it. */
  waits?: Condition;
  /** Who is not gone in any case. */
  stays?: Condition;
}

export interface Condition {
  path: string;
  test: (document: Document) => boolean;
}

export interface Leavers {
  /** Whether the source says who is gone, which answers what earlier runs withheld of this kind. */
  answered: boolean;
  /** What the page says if the source does not. */
  told: Remark[];
  /** Absent if nobody can be gone. */
  removals?: Removals;
}

/**
 * Finds what the source no longer has. Only a list that was read to its end can tell: one that broke off, is not shared, or came empty
 * after it had records removes nobody, and the page says so. A list of changes alone removes those that it names.
 * @param seen ids that the source has; for a list of changes, `gone` has the ids that left
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
    ...(removal.doubtful ? { verdict: 'withhold' as const } : {}),
    ...(waits ? { waits: waits.test } : {}),
  };
  return { answered: true, told: [], removals };
}

/** Counts by the index alone, in a thousandth of the time that reading the documents takes. */
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

/** Why nothing of this kind may be removed; undefined if the list was read to its end. */
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
