import mongoose from 'mongoose';
import { Class, classKeys, type ClassEdits } from '../../models/class.js';
import type { Event } from '../../models/event.js';
import { compareFields, type Change } from '../../runs/changes/change.js';
import { readTargets, type StoredDocument } from '../../runs/changes/read-changes.js';
import { makeChanges } from '../../runs/changes/make-changes.js';
import { takeRemovals, type Removals } from '../../runs/changes/take-removals.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import type { DerivedClass } from './derive-classes.js';
import { diffClasses, type ClassDiff, type KnownClass } from './diff-classes.js';
import type { ComparedBatch } from './guard-classes.js';
import { findPeople, keepMembers } from './keep-members.js';
import type { Mirror } from './mirror.js';

/** Somebody may be working in the Class Editor: a batch is then tried again, this many times. */
const TRIES = 3;

/**
 * Writes what a batch of classes should be by its sections. What a person decided (`edits`) stays, except in a class that they deleted.
 * @param choose which of them are written, perhaps with more people
 * @returns the batch, with the people who stay in their classes although the source lacks them
 */
export async function applyClasses(
  run: ActiveRun,
  event: Event,
  mirror: Mirror,
  derived: DerivedClass[],
  choose: (batch: ComparedBatch) => Promise<DerivedClass[]>,
): Promise<DerivedClass[]> {
  let wanted: DerivedClass[] = [];
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const compared = await compareClasses(event, mirror, derived);
    const { known } = compared;
    wanted = await choose(compared);
    const diff = diffClasses(wanted, known);
    if (tries === 1) run.count('class', 'unchanged', diff.unchanged);
    const changes = await changesOf(run, event, diff);
    const options = { again: tries > 1, retries: tries < TRIES };
    const made = await makeChanges(run, Class.collection, changes, options);
    if (made.missed.length + made.refused.length === 0) break;
  }
  return wanted;
}

/** A batch of classes, compared with what is stored. */
export async function compareClasses(
  event: Event,
  mirror: Mirror,
  derived: DerivedClass[],
): Promise<ComparedBatch> {
  const known = await findKnown(event, derived);
  const before = await findPeople(derived, known);
  return { known, before, wanted: await keepMembers(mirror, derived, known, before) };
}

async function findKnown(event: Event, derived: DerivedClass[]): Promise<Map<string, KnownClass>> {
  const found = await Class.find(
    { event: event._id, section: { $in: derived.map(({ section }) => section) } },
    { section: 1, status: 1, edits: 1, kept: 1, keptFor: 1, addedBy: 1, 'synced.hash': 1 },
  ).lean();
  const known = found.filter((item): item is typeof item & KnownClass => item.section !== undefined);
  return new Map(known.map((item) => [item.section.toHexString(), item]));
}

async function changesOf(run: ActiveRun, event: Event, diff: ClassDiff): Promise<Change[]> {
  const differ = [...diff.changed, ...diff.restored, ...diff.bare].map(({ known }) => known._id);
  const before =
    differ.length > 0 ? await readTargets(Class.collection, differ) : new Map<string, StoredDocument>();
  const update = (
    action: 'changed' | 'restored',
    { known, derived }: ClassDiff['changed'][number],
    bare = false,
  ) => updateOf(action, known, derived, before.get(known._id.toHexString()) ?? known, bare);
  const added = diff.added.map(({ section, synced, edits }): Change => {
    const keys = classKeys({ synced, edits });
    return {
      kind: 'class',
      action: 'added',
      target: new mongoose.Types.ObjectId(),
      sourceId: section.toHexString(),
      document: {
        account: event.account,
        event: event._id,
        section,
        status: 'active',
        synced,
        edits,
        addedBy: run.id,
        ...keys,
      },
      fields: [],
      searchKey: keys.searchKey,
    };
  });
  const changed = diff.changed.map((pair) => update('changed', pair));
  const restored = diff.restored.map((pair) => update('restored', pair));
  const bare = diff.bare.map((pair) => update('restored', pair, true));
  return [...added, ...changed, ...restored, ...bare];
}

const NO_EDITS: ClassEdits = {};

/** Only if nobody deleted, undeleted or renamed the class since it was read. */
function updateOf(
  action: 'changed' | 'restored',
  known: KnownClass,
  { section, synced, keptFor }: DerivedClass,
  before: object,
  bare: boolean,
): Change {
  const keys = classKeys({ synced, edits: bare ? NO_EDITS : known.edits });
  const wanted = {
    status: 'active',
    kept: undefined,
    keptFor,
    ...(bare ? { edits: NO_EDITS, deletedAt: undefined } : {}),
    ...Object.fromEntries(Object.entries(synced).map(([key, value]) => [`synced.${key}`, value as unknown])),
    ...keys,
  };
  return {
    kind: 'class',
    action,
    target: known._id,
    sourceId: section.toHexString(),
    fields: compareFields(before, wanted),
    where: { status: known.status, 'edits.name': known.edits.name ?? null },
    searchKey: keys.searchKey,
    ...(bare ? { note: { code: 'deleted here' as const } } : {}),
  };
}

/** Marks classes as gone whose section left the school, or the event's schools and terms. They keep what people decided. */
export async function removeGoneClasses(
  run: ActiveRun,
  event: Event,
  derived: ReadonlySet<string>,
  verdict: Removals['verdict'],
): Promise<void> {
  await takeRemovals(run, {
    collection: Class.collection,
    kind: 'class',
    here: {
      event: event._id,
      status: 'active',
      section: { $type: 'objectId' },
      kept: { $exists: false },
    },
    projection: { section: 1, searchKey: 1 },
    isGone: ({ section }) => !derived.has(String(section)),
    sourceIdOf: ({ section }) => String(section),
    status: 'gone',
    verdict,
  });
}
