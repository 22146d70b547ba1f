import mongoose, { type Types } from 'mongoose';
import { Class } from '../../models/class.js';
import { contactName } from '../../models/contact.js';
import type { Event } from '../../models/event.js';
import { Resource } from '../../models/resource.js';
import { searchKey } from '../../models/search-key.js';
import { compareFields, type Change } from '../../runs/changes/change.js';
import { makeChanges } from '../../runs/changes/make-changes.js';
import { takeRemovals, type Removals } from '../../runs/changes/take-removals.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import type { Mirror, NamedPerson } from './mirror.js';

/** Somebody who teaches a class of the event. */
export interface Teacher {
  contact: Types.ObjectId;
  name: string;
  sortKey: string;
  /** The room of a new resource; a person may change it. */
  room: string;
}

export type KnownResource = Pick<Resource, '_id' | 'status' | 'name' | 'sortKey' | 'fromSync' | 'kept'> & {
  contact: Types.ObjectId;
};

export interface ResourceDiff {
  added: Teacher[];
  changed: { known: KnownResource; teacher: Teacher }[];
  restored: { known: KnownResource; teacher: Teacher }[];
  unchanged: number;
}

/** Which resources must be added, renamed or brought back. */
function diffResources(teachers: readonly Teacher[], known: readonly KnownResource[]): ResourceDiff {
  const byContact = new Map(known.map((item) => [item.contact.toHexString(), item]));
  const diff: ResourceDiff = { added: [], changed: [], restored: [], unchanged: 0 };
  for (const teacher of teachers) {
    const stored = byContact.get(teacher.contact.toHexString());
    if (!stored) diff.added.push(teacher);
    else if (stored.status === 'gone') diff.restored.push({ known: stored, teacher });
    else if (stored.name !== teacher.name || stored.sortKey !== teacher.sortKey || stored.kept)
      diff.changed.push({ known: stored, teacher });
    else diff.unchanged += 1;
  }
  return diff;
}

/**
 * Gives everyone a resource who teaches an active class of the event, hand-made classes included; a resource whose teacher has no class
 * left is gone.
 * @param derived for a preview: who would teach its classes
 * @param waiting resources whose removal waits for a decision
 */
export async function updateResources(
  run: ActiveRun,
  event: Event,
  mirror: Mirror,
  derived: ReadonlyMap<string, Types.ObjectId>,
  verdict: Removals['verdict'],
  waiting: readonly Types.ObjectId[] = [],
): Promise<void> {
  const teaching = await teachingIn(event, run.preview ? derived : undefined);
  const teachers = (await mirror.named(teaching)).map(teacherOf);
  await run.begin('resources', teachers.length);
  const diff = diffResources(teachers, await knownOf(event));
  run.count('resource', 'unchanged', diff.unchanged);
  run.count('resource', 'read', teachers.length);
  await makeChanges(run, Resource.collection, changesOf(run, event, diff));
  const here = new Set(teachers.map(({ contact }) => contact.toHexString()));
  await takeRemovals(run, {
    collection: Resource.collection,
    kind: 'resource',
    here: {
      event: event._id,
      ...(waiting.length > 0 ? { _id: { $nin: waiting } } : {}),
      contact: { $type: 'objectId' },
      status: 'active',
      fromSync: true,
      kept: { $exists: false },
    },
    projection: { contact: 1, searchKey: 1 },
    isGone: ({ contact }) => !here.has(String(contact)),
    sourceIdOf: ({ contact }) => String(contact),
    status: 'gone',
    verdict,
  });
  await run.step(teachers.length);
}

async function teachingIn(
  event: Event,
  derived: ReadonlyMap<string, Types.ObjectId> | undefined,
): Promise<Types.ObjectId[]> {
  const active = { event: event._id, status: 'active' as const };
  if (!derived) return Class.distinct('synced.teachers', active);
  // Classes made by hand, or kept although their section is gone: the preview says nothing about them.
  const others = { $or: [{ section: { $exists: false } }, { kept: { $exists: true } }] };
  const byHand = await Class.distinct('synced.teachers', { ...active, ...others });
  return [...new Map([...derived, ...byHand.map((id) => [id.toHexString(), id] as const)]).values()];
}

function teacherOf(contact: NamedPerson): Teacher {
  return {
    contact: contact._id,
    name: contactName(contact),
    room: contact.room ?? '',
    sortKey: searchKey(contact.lastName, contact.firstName) || searchKey(contactName(contact)),
  };
}

async function knownOf(event: Event): Promise<KnownResource[]> {
  const found = await Resource.find(
    { event: event._id, contact: { $type: 'objectId' } },
    { contact: 1, status: 1, name: 1, sortKey: 1, searchKey: 1, fromSync: 1, kept: 1 },
  ).lean();
  return found.flatMap((item) => (item.contact ? [{ ...item, contact: item.contact }] : []));
}

function changesOf(run: ActiveRun, event: Event, diff: ResourceDiff): Change[] {
  const keysOf = ({ name, sortKey }: Teacher) => ({ name, sortKey, searchKey: searchKey(name) });
  const added = diff.added.map((teacher): Change => ({
    kind: 'resource',
    action: 'added',
    target: new mongoose.Types.ObjectId(),
    sourceId: teacher.contact.toHexString(),
    document: {
      account: event.account,
      event: event._id,
      contact: teacher.contact,
      room: teacher.room,
      status: 'active',
      fromSync: true,
      addedBy: run.id,
      ...keysOf(teacher),
    },
    fields: [],
    searchKey: searchKey(teacher.name),
  }));
  const written = (action: 'changed' | 'restored') =>
    diff[action].map(({ known, teacher }): Change => ({
      kind: 'resource',
      action,
      target: known._id,
      sourceId: teacher.contact.toHexString(),
      fields: compareFields(known, { status: 'active', kept: undefined, ...keysOf(teacher) }),
      searchKey: searchKey(teacher.name),
    }));
  return [...added, ...written('changed'), ...written('restored')];
}
