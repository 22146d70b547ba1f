import type { Types } from 'mongoose';
import { Event } from '../../models/event.js';
import type { KindCounts } from '../../models/run.js';
import { REFRESH_KINDS, UPDATE_KINDS, type Kind } from '../changes/kinds.js';
import { isAt, readChanges, readTargets } from '../changes/read-changes.js';
import type { FoundRun } from '../runs/queries.js';
import { KIND_WORDS } from '../runs/show-run.js';
import { findUndoable, type Undoable } from '../undo-run.js';

/** What taking back one kind of record comes to. */
export interface UndoRow {
  label: string;
  added: number;
  changed: number;
  removed: number;
}

export interface UndoPlan {
  can: Undoable;
  event: UndoRow[];
  account: UndoRow[];
  /** Records that somebody changed since: they stay as they are. */
  left: { event: number; account: number };
  /** Other events that stand on the same download, by name. */
  others: string[];
}

/** What an undo of a run would do. @param whole whether the account's part may be looked at too */
export async function planUndo({ run, refresh }: FoundRun, whole: boolean): Promise<UndoPlan | undefined> {
  const can = await findUndoable(run);
  const account = whole ? can.account : undefined;
  if (!can.event && !account) return undefined;
  return {
    can,
    event: can.event ? rowsOf(run.counts) : [],
    account: account && refresh ? rowsOf(refresh.counts) : [],
    left: {
      event: can.event ? await countLeft(run._id, UPDATE_KINDS) : 0,
      account: account ? await countLeft(account, REFRESH_KINDS) : 0,
    },
    others: account ? await namesOf(can.others) : [],
  };
}

function rowsOf(counts: Record<string, KindCounts>): UndoRow[] {
  return Object.entries(KIND_WORDS).flatMap(([kind, label]) => {
    const of = counts[kind];
    if (!of || of.added + of.changed + of.removed + of.restored === 0) return [];
    return [{ label, added: of.added + of.restored, changed: of.changed, removed: of.removed }];
  });
}

/** Changes whose document has neither the value before nor the one after. */
async function countLeft(run: Types.ObjectId, kinds: Record<string, Kind>): Promise<number> {
  let left = 0;
  for (const [name, kind] of Object.entries(kinds))
    for await (const rows of readChanges({ run }, name, 'applied')) {
      const targets = await readTargets(
        kind.collection,
        rows.map(({ target }) => target),
      );
      left += rows.filter(({ target, fields }) => {
        const document = targets.get(target.toHexString());
        return !document || !(isAt('after', document, fields) || isAt('before', document, fields));
      }).length;
    }
  return left;
}

async function namesOf(others: Undoable['others']): Promise<string[]> {
  if (others.length === 0) return [];
  const found = await Event.find({ _id: { $in: others.map(({ event }) => event) } }, { name: 1 }).lean();
  return found.map(({ name }) => name);
}
