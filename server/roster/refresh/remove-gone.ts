import type { Types } from 'mongoose';
import type { HeldRun } from '../runs/hold-run.js';
import { logRun } from '../runs/log-run.js';
import { tellsAll, type ListOutcome } from './download-district.js';
import type { Store } from './stores.js';

const BATCH = 1000;

/** One kind of record in the question of who is gone. */
export interface Removal<F> {
  store: Store<F>;
  kind: string;
  /** In sentences: "students". */
  plural: string;
  outcome: ListOutcome | undefined;
  /** Which of the stored records are of this kind. */
  filter: object;
}

/**
 * Marks as gone what the source no longer has; nothing is deleted. Only a list that was read to its end says so: one that
 * broke off, is not shared, or came empty where there were records, removes nothing and is told plainly.
 * @param seen ids that the source has
 */
export async function removeGone<F>(
  run: HeldRun,
  removal: Removal<F>,
  seen: ReadonlySet<string>,
): Promise<void> {
  const { store, kind } = removal;
  const here = {
    account: run.account,
    ...removal.filter,
    status: 'active',
    'record.id': { $type: 'string' },
  };
  const had = (await store.collection.findOne(here, { projection: { _id: 1 } })) !== null;
  const objection = objectionTo(removal, had);
  if (objection) run.warn(objection);
  if (objection || !had || !removal.outcome) return;
  const cursor = store.collection.find(here, { projection: { 'record.id': 1 }, batchSize: BATCH });
  let gone: { _id: Types.ObjectId; sourceId: string }[] = [];
  const flush = async (): Promise<void> => {
    const at = store.gone === 'transferred' ? { transferredAt: run.now() } : {};
    await store.collection.updateMany(
      { _id: { $in: gone.map(({ _id }) => _id) }, status: 'active' },
      { $set: { status: store.gone, ...at } },
    );
    run.count(kind, 'removed', gone.length);
    await logRun(
      run,
      gone.map(({ sourceId }) => ({ kind, action: 'removed', sourceId })),
    );
    await run.step();
    gone = [];
  };
  for await (const document of cursor) {
    const sourceId = (document.record as { id: string }).id;
    if (seen.has(sourceId)) continue;
    if (!tellsAll(removal.outcome)) {
      run.warn(unshared(removal.plural));
      return;
    }
    gone.push({ _id: document._id, sourceId });
    if (gone.length === BATCH) await flush();
  }
  if (gone.length > 0) await flush();
}

/** Why nothing of this kind may be removed, as a sentence for the run's page; undefined when the list was read to its end. */
function objectionTo(
  { outcome, plural }: Pick<Removal<never>, 'outcome' | 'plural'>,
  had: boolean,
): string | undefined {
  if (outcome?.ended === 'broken off')
    return `The list of ${plural} broke off: ${outcome.reason ?? ''} Additions and changes were taken; none of the ${plural} were removed.`;
  if (outcome?.ended === 'not shared')
    return had ? unshared(plural) : `Clever does not share ${plural} with Slotbell.`;
  return undefined;
}

function unshared(plural: string): string {
  return `Clever no longer shares ${plural} with Slotbell. Nothing was removed. Ask the district’s Clever administrator whether that is meant.`;
}
