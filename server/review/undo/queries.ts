import type { Types } from 'mongoose';
import { Event } from '../../models/event.js';
import { ask, findTogether } from '../../models/find-together.js';
import { RosterChange } from '../../models/roster-change.js';
import { askAdded, findUsed, inverseOf, judgeUndo, readAdded } from '../../runs/changes/judge-undo.js';
import { UPDATE_KINDS } from '../../sync/update/update-kinds.js';
import { REFRESH_KINDS } from '../../roster/run/refresh-kinds.js';
import type { Kind } from '../../runs/changes/kind.js';
import { readChanges, type StoredDocument } from '../../runs/changes/read-changes.js';
import { previewFlags } from '../../sync/update/preview-flags.js';
import type { FoundRun } from '../../runs/show/queries.js';
import { KIND_WORDS } from '../../runs/show/show-run.js';
import { findUndoable, type Undoable } from '../run/undo-run.js';

const BATCH = 1000;

/** What undoing one kind of record would do, counted as the run will count it. */
export interface UndoRow {
  kind: string;
  label: string;
  /** Marked as gone. */
  removed: number;
  changed: number;
  restored: number;
  /** Changed or used by somebody since: these stay as they are. */
  left: number;
}

/** The part of an undo in one event, or in the account's roster. */
export interface UndoPart {
  heading: string;
  rows: UndoRow[];
  left: number;
}

export interface UndoPlan {
  can: Undoable;
  /** Of the event. */
  event?: UndoPart;
  /** For the account's roster, and for other events whose last run used the same download. */
  account: UndoPart[];
  /** The names of these events. */
  others: string[];
}

/** What undoing a run would do. @param whole whether the reader may see the account's part too */
export async function planUndo({ run }: FoundRun, whole: boolean): Promise<UndoPlan | undefined> {
  const can = await findUndoable(run);
  const account = whole ? can.account : undefined;
  if (!can.event && !account) return undefined;
  const others: { name: string; part: UndoPart }[] = [];
  const alsoUndone = account ? can.others : [];
  const nameOf = new Map(
    alsoUndone.length > 0
      ? (await Event.find({ _id: { $in: alsoUndone.map(({ event }) => event) } }, { name: 1 }).lean()).map(
          ({ _id, name }) => [_id.toHexString(), name] as const,
        )
      : [],
  );
  for (const other of alsoUndone) {
    const name = nameOf.get(other.event.toHexString()) ?? '';
    others.push({ name, part: await partOf(`In ${name}`, other._id, UPDATE_KINDS, { event: other.event }) });
  }
  return {
    can,
    ...(can.event
      ? { event: await partOf('In the event', run._id, UPDATE_KINDS, { event: run.event }) }
      : {}),
    account: account
      ? [
          await partOf('In the account’s roster', account, REFRESH_KINDS, { account: run.account }),
          ...others.map(({ part }) => part),
        ]
      : [],
    others: others.map(({ name }) => name),
  };
}

async function partOf(
  heading: string,
  run: Types.ObjectId,
  kinds: Record<string, Kind>,
  scope: Record<string, Types.ObjectId>,
): Promise<UndoPart> {
  const rows: UndoRow[] = [];
  // Most runs change a few kinds: nobody has to look for changes of the others.
  const { changes, ...found } = await findTogether({
    changes: ask<RosterChange, { _id: string }>(
      RosterChange,
      { run, state: 'applied' },
      { $group: { _id: '$kind' } },
    ),
    ...askAdded(run, kinds, scope, BATCH),
  });
  const added: Record<string, StoredDocument[]> = found;
  const changed = new Set(changes.map(({ _id }) => _id));
  for (const [name, label] of Object.entries(KIND_WORDS)) {
    const kind = kinds[name];
    const row =
      kind &&
      (await rowOf({ name, label, kind, isChanged: changed.has(name), added: added[name] }, run, scope));
    if (row && name === 'appointment' && scope.event) await addFlags(row, run, scope.event);
    if (row && row.removed + row.changed + row.restored + row.left > 0) rows.push(row);
  }
  return { heading, rows, left: rows.reduce((sum, { left }) => sum + left, 0) };
}

/** Adds the event's appointments that the undo would put on the problem list, or take off it. */
async function addFlags(row: UndoRow, run: Types.ObjectId, event: Types.ObjectId): Promise<void> {
  const { broken, mended } = await previewFlags(run, event);
  row.changed += broken;
  row.restored += mended;
}

/** Looks at every change and everything added, as the undo itself does: nothing else shows what people have done since. */
async function rowOf(
  {
    name,
    label,
    kind,
    isChanged,
    added: first = [],
  }: { name: string; label: string; kind: Kind; isChanged: boolean; added: StoredDocument[] | undefined },
  run: Types.ObjectId,
  scope: Record<string, Types.ObjectId>,
): Promise<UndoRow> {
  const row: UndoRow = { kind: name, label, removed: 0, changed: 0, restored: 0, left: 0 };
  if (isChanged)
    for await (const rows of readChanges({ run }, name, 'applied')) {
      const { open, left } = await judgeUndo(kind, rows);
      for (const { row: change } of open) row[inverseOf(change)] += change.size ?? 1;
      row.left += left.length;
    }
  for (let added = first; ;) {
    const used = (await findUsed(name, added)).size;
    row.removed += added.length - used;
    row.left += used;
    if (added.length < BATCH) return row;
    added = await readAdded(run, name, kind, scope, { after: added.at(-1)?._id, limit: BATCH });
  }
}
