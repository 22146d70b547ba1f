import mongoose from 'mongoose';
import { Class, classKeys, type ClassEdits } from '../../models/class.js';
import type { Event } from '../../models/event.js';
import { compareFields, type Change } from '../../runs/changes/change.js';
import { readTargets, type StoredDocument } from '../../runs/changes/read-changes.js';
import { makeChanges } from '../../runs/changes/make-changes.js';
import { takeRemovals, type Removals } from '../../runs/changes/take-removals.js';
import type { HeldRun } from '../../runs/engine/hold-run.js';
import type { DesiredClass } from './desire-classes.js';
import { diffClasses, type ClassDiff, type KnownClass } from './diff-classes.js';
import type { ComparedBatch } from './guard-classes.js';
import { findPeople, keepStaying } from './keep-staying.js';
import type { Mirror } from './mirror.js';

/** A person may be at work in the Class Editor: then a batch is looked at again. */
const TRIES = 3;

/**
 * Brings one batch of classes to what is desired. What a person decided (`edits`) stays, but of a class that they deleted.
 * @param settle what is written of them: not all, or with more of their people
 * @returns that batch, with those who stay in their classes though the source has them no more
 */
export async function applyClasses(
  run: HeldRun,
  event: Event,
  mirror: Mirror,
  desired: DesiredClass[],
  settle: (batch: ComparedBatch) => Promise<DesiredClass[]>,
): Promise<DesiredClass[]> {
  let wanted: DesiredClass[] = [];
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const compared = await compareClasses(event, mirror, desired);
    const { known } = compared;
    wanted = await settle(compared);
    const diff = diffClasses(wanted, known);
    if (tries === 1) run.count('class', 'unchanged', diff.unchanged);
    const changes = await changesOf(run, event, diff);
    const options = { again: tries > 1, retries: tries < TRIES };
    const made = await makeChanges(run, Class.collection, changes, options);
    if (made.missed.length + made.refused.length === 0) break;
  }
  return wanted;
}

/** A batch of classes beside what is stored of them. */
export async function compareClasses(
  event: Event,
  mirror: Mirror,
  desired: DesiredClass[],
): Promise<ComparedBatch> {
  const known = await findKnown(event, desired);
  const before = await findPeople(desired, known);
  return { known, before, wanted: await keepStaying(mirror, desired, known, before) };
}

async function findKnown(event: Event, desired: DesiredClass[]): Promise<KnownClass[]> {
  const found = await Class.find(
    { event: event._id, section: { $in: desired.map(({ section }) => section) } },
    { section: 1, status: 1, edits: 1, kept: 1, keptFor: 1, addedBy: 1, 'synced.hash': 1 },
  ).lean();
  return found.filter((item): item is typeof item & KnownClass => item.section !== undefined);
}

async function changesOf(run: HeldRun, event: Event, diff: ClassDiff): Promise<Change[]> {
  const differ = [...diff.changed, ...diff.restored, ...diff.bare].map(({ known }) => known._id);
  const before =
    differ.length > 0 ? await readTargets(Class.collection, differ) : new Map<string, StoredDocument>();
  const update = (
    action: 'changed' | 'restored',
    { known, desired }: ClassDiff['changed'][number],
    bare = false,
  ) => updateOf(action, known, desired, before.get(known._id.toHexString()) ?? known, bare);
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

/** On condition that nobody deleted, undeleted or renamed it since it was read. */
function updateOf(
  action: 'changed' | 'restored',
  known: KnownClass,
  { section, synced, keptFor }: DesiredClass,
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

/** Marks as gone the classes whose section left the event's schools and terms, or the school. They keep what people decided. */
export async function removeGoneClasses(
  run: HeldRun,
  event: Event,
  desired: ReadonlySet<string>,
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
    isGone: ({ section }) => !desired.has(String(section)),
    sourceIdOf: ({ section }) => String(section),
    status: 'gone',
    verdict,
  });
}
