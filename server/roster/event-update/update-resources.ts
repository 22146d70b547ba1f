import type { mongo, Types } from 'mongoose';
import { Class } from '../../models/class.js';
import { Contact, contactName } from '../../models/contact.js';
import type { Event } from '../../models/event.js';
import { Resource } from '../../models/resource.js';
import { searchKey } from '../../models/scoped.js';
import type { HeldRun } from '../runs/hold-run.js';
import { logRun } from '../runs/log-run.js';
import { isPassing } from '../runs/judge-fault.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';

/** Somebody who teaches a class of the event. */
export interface Teacher {
  contact: Types.ObjectId;
  name: string;
  sortKey: string;
}

export type KnownResource = Pick<Resource, '_id' | 'status' | 'name' | 'sortKey' | 'fromSync'> & {
  contact: Types.ObjectId;
};

export interface ResourceDiff {
  added: Teacher[];
  changed: { known: KnownResource; teacher: Teacher }[];
  restored: { known: KnownResource; teacher: Teacher }[];
  removed: KnownResource[];
  unchanged: number;
}

/** Who has to become, be renamed, come back or go as a holder of slots. One that a person made never goes. */
export function diffResources(teachers: readonly Teacher[], known: readonly KnownResource[]): ResourceDiff {
  const byContact = new Map(known.map((item) => [item.contact.toHexString(), item]));
  const diff: ResourceDiff = { added: [], changed: [], restored: [], removed: [], unchanged: 0 };
  for (const teacher of teachers) {
    const stored = byContact.get(teacher.contact.toHexString());
    if (!stored) diff.added.push(teacher);
    else if (stored.status === 'gone') diff.restored.push({ known: stored, teacher });
    else if (stored.name !== teacher.name || stored.sortKey !== teacher.sortKey)
      diff.changed.push({ known: stored, teacher });
    else diff.unchanged += 1;
  }
  const teaching = new Set(teachers.map(({ contact }) => contact.toHexString()));
  diff.removed = known.filter(
    (item) => item.fromSync && item.status === 'active' && !teaching.has(item.contact.toHexString()),
  );
  return diff;
}

/** Everyone who teaches an active class of the event, hand-made ones too, holds slots in it; who has none left is gone. */
export async function updateResources(run: HeldRun, event: Event): Promise<void> {
  const [teachers, known] = await Promise.all([teachersOf(event), knownOf(event)]);
  await run.begin('resources', teachers.length);
  const diff = diffResources(teachers, known);
  await write(operationsOf(event, diff));
  const rows = [
    ...diff.added.map(({ contact }) => ['added', contact] as const),
    ...diff.changed.map(({ teacher }) => ['changed', teacher.contact] as const),
    ...diff.restored.map(({ teacher }) => ['restored', teacher.contact] as const),
    ...diff.removed.map(({ contact }) => ['removed', contact] as const),
  ];
  for (const [action] of rows) run.count('resource', action);
  run.count('resource', 'unchanged', diff.unchanged);
  run.count('resource', 'read', teachers.length);
  await logRun(
    run,
    rows.map(([action, contact]) => ({ kind: 'resource', action, sourceId: contact.toHexString() })),
  );
  await run.step(teachers.length);
}

async function teachersOf(event: Event): Promise<Teacher[]> {
  const ids = await Class.distinct('synced.teachers', { event: event._id, status: 'active' });
  const contacts = await Contact.find(
    { account: event.account, _id: { $in: ids } },
    { firstName: 1, lastName: 1, email: 1 },
  ).lean();
  return contacts.map((contact) => ({
    contact: contact._id,
    name: contactName(contact),
    sortKey: searchKey(contact.lastName, contact.firstName) || searchKey(contactName(contact)),
  }));
}

async function knownOf(event: Event): Promise<KnownResource[]> {
  const found = await Resource.find(
    { event: event._id, contact: { $type: 'objectId' } },
    { contact: 1, status: 1, name: 1, sortKey: 1, fromSync: 1 },
  ).lean();
  return found.flatMap((item) => (item.contact ? [{ ...item, contact: item.contact }] : []));
}

function operationsOf(event: Event, diff: ResourceDiff): mongo.AnyBulkWriteOperation<Resource>[] {
  const keysOf = ({ name, sortKey }: Teacher) => ({ name, sortKey, searchKey: searchKey(name) });
  const added = diff.added.map((teacher) => ({
    insertOne: {
      document: {
        account: event.account,
        event: event._id,
        contact: teacher.contact,
        room: '',
        status: 'active',
        fromSync: true,
        ...keysOf(teacher),
      } as Resource,
    },
  }));
  const written = [...diff.changed, ...diff.restored].map(({ known, teacher }) => ({
    updateOne: {
      filter: { _id: known._id },
      update: { $set: { status: 'active' as const, ...keysOf(teacher) } },
    },
  }));
  const removed = diff.removed.map(({ _id }) => ({
    updateOne: { filter: { _id, status: 'active' as const }, update: { $set: { status: 'gone' as const } } },
  }));
  return [...added, ...written, ...removed];
}

async function write(operations: mongo.AnyBulkWriteOperation<Resource>[]): Promise<void> {
  if (operations.length === 0) return;
  const collection = Resource.collection as unknown as mongo.Collection<Resource>;
  try {
    await collection.bulkWrite(operations, { ordered: false });
  } catch (error) {
    // Somebody made the same teacher's resource by hand meanwhile: it is there, which is what was wanted.
    if (isPassing(error) || !isDuplicateKey(error)) throw error;
  }
}
