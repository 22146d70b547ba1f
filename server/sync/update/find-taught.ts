import type { Types } from 'mongoose';
import { Class } from '../../models/class.js';
import type { Event } from '../../models/event.js';
import { RosterChange } from '../../models/roster-change.js';
import { backwards } from '../../runs/changes/guard-write.js';
import { findUsed } from '../../runs/changes/judge-undo.js';
import { overlay, plannedFor } from '../../runs/changes/overlay-changes.js';
import { isAt, type StoredDocument } from '../../runs/changes/read-changes.js';

/** Who is taught by whom in one class. */
export type Taught = Pick<Class, '_id' | 'status'> & {
  synced: Pick<Class['synced'], 'students' | 'teachers'>;
};

/** Finds the active classes of these students. */
export type FindTaught = (students: Types.ObjectId[]) => Promise<Taught[]>;

const FIELDS = { 'synced.students': 1, 'synced.teachers': 1, status: 1 };

type EventId = Pick<Event, '_id'>;

/** The classes as they are stored. */
export function taughtNow(event: EventId): FindTaught {
  return (students) =>
    Class.find({ event: event._id, 'synced.students': { $in: students }, status: 'active' }, FIELDS).lean<
      Taught[]
    >();
}

/** The classes as they would be after a preview, including those that the students would join. */
export function taughtAfter(preview: Types.ObjectId, event: EventId): FindTaught {
  return async (students) => {
    const stored = await Class.find({ event: event._id, 'synced.students': { $in: students } }, FIELDS).lean<
      Taught[]
    >();
    const joined = await RosterChange.find({
      run: preview,
      kind: 'class',
      $or: [
        { 'document.synced.students': { $in: students } },
        { fields: { $elemMatch: { path: 'synced.students', after: { $in: students } } } },
      ],
    }).lean();
    const others = await Class.find(notAmong(stored, joined), FIELDS).lean<Taught[]>();
    const classes = [...stored, ...others];
    const rows = await plannedFor(preview, idsOf(classes));
    const after = classes.map((item) => {
      const row = rows.get(item._id.toHexString());
      return row ? overlay(item, row) : item;
    });
    const added = joined.flatMap(({ target, document }) =>
      document ? [{ ...document, _id: target } as unknown as Taught] : [],
    );
    return [...after, ...added].filter(({ status }) => status === 'active');
  };
}

/** The classes as they would be after a run of the event is undone. */
export function taughtBefore(run: Types.ObjectId, event: EventId): FindTaught {
  return async (students) => {
    const stored = await Class.find({ event: event._id, 'synced.students': { $in: students } }).lean();
    const left = await RosterChange.find({
      run,
      kind: 'class',
      fields: { $elemMatch: { path: 'synced.students', before: { $in: students } } },
    }).lean();
    const classes = [...stored, ...(await Class.find(notAmong(stored, left)).lean())];
    const rows = await plannedFor(run, idsOf(classes));
    const added = classes.filter(({ addedBy, status }) => status === 'active' && addedBy?.equals(run));
    const used = await findUsed('class', added as unknown as StoredDocument[]);
    return classes.flatMap((item): Taught[] => {
      const id = item._id.toHexString();
      const row = rows.get(id);
      if (added.includes(item) && !used.has(id)) return [];
      const isOpen = row?.state === 'applied' && isAt('after', item, row.fields);
      const before = isOpen ? overlay(item, { fields: backwards(row.fields) }) : item;
      return before.status === 'active' ? [before] : [];
    });
  };
}

function notAmong(stored: readonly Pick<Class, '_id'>[], rows: readonly Pick<RosterChange, 'target'>[]) {
  const there = new Set(idsOf(stored).map((id) => id.toHexString()));
  return { _id: { $in: rows.map(({ target }) => target).filter((id) => !there.has(id.toHexString())) } };
}

function idsOf(classes: readonly Pick<Class, '_id'>[]): Types.ObjectId[] {
  return classes.map(({ _id }) => _id);
}
