import mongoose, { type mongo, type Types } from 'mongoose';
import { Class, classKeys, type ClassEdits } from '../../models/class.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import type { Event } from '../../models/event.js';
import { changedFields } from '../refresh/diff-records.js';
import type { HeldRun } from '../runs/hold-run.js';
import { logRun, type LogRow } from '../runs/log-run.js';
import type { DesiredClass } from './desire-classes.js';
import { diffClasses, type ClassDiff, type KnownClass } from './diff-classes.js';

/** A person may be at work in the Class Editor: then a batch is looked at again. */
const TRIES = 3;
const BATCH = 1000;

/** Brings one batch of classes to what is desired. What a person decided (`edits`) stays, but of a class that they deleted. */
export async function applyClasses(run: HeldRun, event: Event, desired: DesiredClass[]): Promise<void> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const known = await findKnown(event, desired);
    const diff = diffClasses(desired, known);
    const operations = operationsOf(event, diff);
    const missed = await write(operations);
    if (tries === 1 || missed > 0) await tell(run, diff, tries === 1 ? diff.unchanged : 0);
    if (missed === 0) return;
  }
}

async function findKnown(event: Event, desired: DesiredClass[]): Promise<KnownClass[]> {
  const found = await Class.find(
    { event: event._id, section: { $in: desired.map(({ section }) => section) } },
    { section: 1, status: 1, synced: 1, edits: 1 },
  ).lean();
  return found.flatMap((item) => (item.section ? [{ ...item, section: item.section }] : []));
}

function operationsOf(event: Event, diff: ClassDiff): mongo.AnyBulkWriteOperation<Class>[] {
  const edits: ClassEdits = {};
  const added = diff.added.map(({ section, synced }) => ({
    insertOne: {
      document: {
        _id: new mongoose.Types.ObjectId(),
        account: event.account,
        event: event._id,
        section,
        status: 'active' as const,
        synced,
        edits,
        ...classKeys({ synced, edits }),
      },
    },
  }));
  const kept = [...diff.changed, ...diff.restored].map(({ known, desired }) =>
    update(known, { status: 'active', synced: desired.synced, ...classKeys({ ...known, ...desired }) }),
  );
  const bare = diff.bare.map(({ known, desired }) =>
    update(
      known,
      { status: 'active', synced: desired.synced, edits, ...classKeys({ edits, synced: desired.synced }) },
      { deletedAt: 1 },
    ),
  );
  return [...added, ...kept, ...bare];
}

/** On condition that nobody deleted, undeleted or renamed it since it was read. */
function update(known: KnownClass, set: Partial<Class>, unset?: { deletedAt: 1 }) {
  return {
    updateOne: {
      filter: { _id: known._id, status: known.status, 'edits.name': known.edits.name ?? null },
      update: { $set: set, ...(unset ? { $unset: unset } : {}) },
    },
  } as mongo.AnyBulkWriteOperation<Class>;
}

/** @returns how many operations found their class changed meanwhile */
async function write(operations: mongo.AnyBulkWriteOperation<Class>[]): Promise<number> {
  if (operations.length === 0) return 0;
  const collection = Class.collection as unknown as mongo.Collection<Class>;
  try {
    const result = await collection.bulkWrite(operations, { ordered: false });
    return operations.length - result.insertedCount - result.matchedCount;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return 1;
  }
}

async function tell(run: HeldRun, diff: ClassDiff, unchanged: number): Promise<void> {
  const row = (action: string, id: Types.ObjectId, text = ''): LogRow => ({
    kind: 'class',
    action,
    sourceId: id.toHexString(),
    text,
  });
  const rows = [
    ...diff.added.map(({ section }) => row('added', section)),
    ...diff.changed.map(({ known, desired }) =>
      row('changed', desired.section, changedFields(known.synced, desired.synced)),
    ),
    ...diff.restored.map(({ desired }) => row('restored', desired.section)),
    ...diff.bare.map(({ desired }) =>
      row('restored', desired.section, 'Was deleted here; came back without the changes made to it.'),
    ),
  ];
  for (const { action } of rows) run.count('class', action as 'added' | 'changed' | 'restored');
  run.count('class', 'unchanged', unchanged);
  await logRun(run, rows);
}

/** Marks as gone the classes whose section left the event's schools and terms, or the school. They keep what people decided. */
export async function removeGoneClasses(
  run: HeldRun,
  event: Event,
  desired: ReadonlySet<string>,
): Promise<void> {
  const cursor = Class.find(
    { event: event._id, status: 'active', section: { $type: 'objectId' } },
    { section: 1 },
  )
    .lean()
    .cursor({ batchSize: BATCH });
  let gone: { _id: Types.ObjectId; section: Types.ObjectId }[] = [];
  const flush = async (): Promise<void> => {
    await Class.updateMany(
      { _id: { $in: gone.map(({ _id }) => _id) }, status: 'active' },
      { $set: { status: 'gone' } },
    );
    run.count('class', 'removed', gone.length);
    await logRun(
      run,
      gone.map(({ section }) => ({ kind: 'class', action: 'removed', sourceId: section.toHexString() })),
    );
    await run.step();
    gone = [];
  };
  for await (const { _id, section } of cursor) {
    if (section && !desired.has(section.toHexString())) gone.push({ _id, section });
    if (gone.length === BATCH) await flush();
  }
  if (gone.length > 0) await flush();
}
