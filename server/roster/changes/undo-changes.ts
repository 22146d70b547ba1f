import type { mongo, Types } from 'mongoose';
import { Appointment } from '../../models/appointment.js';
import { isContactType } from '../../models/contact.js';
import { Household } from '../../models/household.js';
import type { ChangeAction, RosterChange } from '../../models/roster-change.js';
import { Slot } from '../../models/slot.js';
import type { HeldRun } from '../runs/hold-run.js';
import { logRun } from '../runs/log-run.js';
import { overlay } from './overlay-changes.js';
import { updateTo, valueAt } from './change.js';
import type { Kind } from './kinds.js';
import {
  isAt,
  markChanges,
  ownFields,
  readChanges,
  readTargets,
  type StoredDocument,
} from './read-changes.js';

const BATCH = 1000;

const LEFT = 'Somebody changed it since; it stays as it is.';

/** What taking a change back is, for counts and log. */
const INVERSE: Record<ChangeAction, ChangeAction> = {
  added: 'removed',
  changed: 'changed',
  restored: 'removed',
  removed: 'restored',
};

/**
 * Takes back what a run changed, and nothing else: each field gets the value it had, unless a person changed it since (then the
 * document is left and listed). What the run had added is marked as gone, as nothing that came from a roster is ever deleted. Doing it again goes on where it was cut off.
 * @param of the run, whose changes are of these kinds
 * @param scope the account's or the event's documents
 */
export async function undoChanges(
  run: HeldRun,
  of: Types.ObjectId,
  kinds: Record<string, Kind>,
  scope: Record<string, Types.ObjectId>,
): Promise<void> {
  for (const [name, kind] of Object.entries(kinds).reverse()) {
    for await (const rows of readChanges({ run: of }, name, 'applied')) {
      await undoRows(run, kind, rows);
      await run.step(rows.length);
    }
    await undoAdded(run, of, name, kind, scope);
  }
}

async function undoRows(run: HeldRun, kind: Kind, rows: RosterChange[]): Promise<void> {
  const targets = await readTargets(
    kind.collection,
    rows.map(({ target }) => target),
  );
  const open: { row: RosterChange; document: StoredDocument }[] = [];
  const done: Types.ObjectId[] = [];
  const left: RosterChange[] = [];
  for (const row of rows) {
    const document = targets.get(row.target.toHexString());
    if (document && isAt('after', document, row.fields)) open.push({ row, document });
    else if (document && isAt('before', document, row.fields)) done.push(row._id);
    else left.push(row);
  }
  await run.markChanged();
  // First, as a try after this one finds what is done done.
  await logRun(run, [
    ...open.map(({ row }) => ({ kind: row.kind, action: INVERSE[row.action], sourceId: row.sourceId })),
    ...left.map(({ kind: of, sourceId }) => leftRow(of, sourceId)),
  ]);
  if (open.length > 0)
    await kind.collection.bulkWrite(
      open.map(({ row, document }) => backOf(kind, row, document)),
      { ordered: false },
    );
  await markChanges([...open.map(({ row }) => row._id), ...done], 'undone');
  await markChanges(
    left.map(({ _id }) => _id),
    'stale',
  );
  for (const { row } of open) run.count(row.kind, INVERSE[row.action], row.size);
  for (const { kind: of } of left) run.count(of, 'refused');
}

function leftRow(kind: string, sourceId: string) {
  return { kind, action: 'refused', sourceId, level: 'warning' as const, text: LEFT };
}

function backOf(kind: Kind, row: RosterChange, document: StoredDocument): mongo.AnyBulkWriteOperation {
  const fields = kind.keysOf ? ownFields(row.fields) : row.fields;
  const before = overlay(document, { fields: fields.map(({ path, before: after }) => ({ path, after })) });
  const { $set = {}, $unset } = updateTo('before', fields);
  const set = { ...$set, ...kind.keysOf?.(before as never) };
  const update = { ...($unset ? { $unset } : {}), ...(Object.keys(set).length > 0 ? { $set: set } : {}) };
  return { updateOne: { filter: { _id: document._id }, update } };
}

async function undoAdded(
  run: HeldRun,
  of: Types.ObjectId,
  name: string,
  kind: Kind,
  scope: Record<string, Types.ObjectId>,
): Promise<void> {
  if (name === 'appointment' || kind.isPart) return;
  const type = isContactType(name) ? { type: name } : {};
  for (;;) {
    const found = (await (
      kind.collection.find(
        { ...scope, ...type, [kind.addedBy]: of, status: 'active' },
        { limit: BATCH },
      ) as mongo.FindCursor
    ).toArray()) as unknown as StoredDocument[];
    if (found.length === 0) return;
    await run.markChanged();
    const used = await usedSince(name, found);
    const gone = found.filter(({ _id }) => !used.has(_id.toHexString()));
    const left = found.filter(({ _id }) => used.has(_id.toHexString()));
    await logRun(run, [
      ...gone.map((document) => ({ kind: name, action: 'removed', sourceId: sourceIdOf(kind, document) })),
      ...left.map((document) => leftRow(name, sourceIdOf(kind, document))),
    ]);
    await mark(kind, gone, { $set: { status: kind.gone, ...whenGone(run, kind) } });
    // It is a person's now: a second look passes it by.
    await mark(kind, left, { $unset: { [kind.addedBy]: 1 } });
    run.count(name, 'removed', gone.length);
    run.count(name, 'refused', left.length);
    await run.step(found.length);
  }
}

async function mark(kind: Kind, documents: StoredDocument[], update: object): Promise<void> {
  if (documents.length === 0) return;
  const ids = documents.map(({ _id }) => _id);
  await kind.collection.updateMany({ _id: { $in: ids } }, update);
}

function whenGone(run: HeldRun, { gone }: Kind): { transferredAt?: Date } {
  return gone === 'transferred' ? { transferredAt: run.now() } : {};
}

function sourceIdOf({ sameBy }: Kind, document: StoredDocument): string {
  return String(valueAt(document, sameBy.at(-1) ?? '_id'));
}

/** Which of the documents people have done something with. */
async function usedSince(name: string, documents: StoredDocument[]): Promise<Set<string>> {
  const ids = documents.map(({ _id }) => _id);
  const used = (found: Types.ObjectId[]) => found.map((id) => id.toHexString());
  switch (name) {
    case 'class': {
      const edited = documents.filter(
        ({ edits }) => Object.keys((edits as object | undefined) ?? {}).length > 0,
      );
      const event = documents[0]?.event as Types.ObjectId;
      const booked = await Appointment.distinct('class', {
        event,
        class: { $in: ids },
        state: { $in: BOOKED },
      });
      return new Set([...used(edited.map(({ _id }) => _id)), ...used(booked)]);
    }
    case 'resource':
      return new Set(used(await Slot.distinct('resource', { resource: { $in: ids } })));
    case 'student': {
      const account = documents[0]?.account as Types.ObjectId;
      const children = await Household.distinct('children.student', {
        account,
        'children.student': { $in: ids },
      });
      const valued = documents.filter(({ securityValue }) => securityValue);
      return new Set(used([...children, ...valued.map(({ _id }) => _id)]));
    }
    default:
      return new Set();
  }
}

const BOOKED = ['booked', 'problem', 'pending'] as const;
