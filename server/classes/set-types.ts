import { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Appointment } from '../models/appointment.js';
import { Class, classType, type ClassType } from '../models/class.js';
import type { Event } from '../models/event.js';
import type { Actor } from '../web/actor.js';

/** The type that a person wants for a class; `was` is what the page showed. */
export interface WantedType {
  was?: ClassType;
  to: ClassType;
}

/** A change of `edits.type`; null means "as the sync has it". */
export interface TypeChange {
  id: Types.ObjectId;
  from: ClassType | null;
  to: ClassType | null;
  base: ClassType;
}

export interface TypesSet {
  /** The audit entry by which the change is undone. */
  entry: Types.ObjectId;
  changed: number;
  hidden: number;
  hiddenImported: number;
  /** Appointments in the classes that are hidden now; hiding does not change them. */
  booked: number;
  /** Rows that somebody else changed since the page was shown. */
  stale: number;
}

type Typed = Pick<Class, '_id' | 'synced' | 'edits' | 'section'>;

/** Decides what to write. Choosing what the sync says removes the person's choice, so that later syncs are followed. */
export function planTypes(
  classes: Typed[],
  wanted: Map<string, WantedType>,
): { changes: TypeChange[]; stale: number } {
  const changes: TypeChange[] = [];
  let stale = 0;
  for (const item of classes) {
    const want = wanted.get(item._id.toHexString());
    const now = classType(item);
    if (!want || want.to === now) continue;
    if (want.was && want.was !== now) {
      stale += 1;
      continue;
    }
    const base = item.synced.type;
    changes.push({
      id: item._id,
      from: item.edits.type ?? null,
      to: want.to === base ? null : want.to,
      base,
    });
  }
  return { changes, stale };
}

/** Sets the types of several classes of an event at once. Deleted classes are left out. */
export async function setTypes(
  deps: Pick<Deps, 'now'>,
  actor: Actor,
  event: Pick<Event, '_id' | 'account'>,
  wanted: Map<string, WantedType>,
): Promise<TypesSet> {
  const scope = { account: event.account, event: event._id };
  const ids = [...wanted.keys()].map((id) => new Types.ObjectId(id));
  const classes = await Class.find(
    { _id: { $in: ids }, ...scope, status: 'active' },
    { 'synced.students': 0 },
  ).lean();
  const { changes, stale } = planTypes(classes, wanted);
  const changed = await writeTypes(event, changes);

  const entry = new Types.ObjectId();
  const hidden = changes.filter(({ to, base }) => (to ?? base) === 'Hide').map(({ id }) => id);
  const importedIds = new Set(
    classes.filter((item) => item.section !== undefined).map((item) => item._id.toHexString()),
  );
  if (changed > 0)
    await recordAudit({
      _id: entry,
      ...scope,
      user: actor.user,
      action: 'set class type',
      targets: changes.map(({ id }) => id),
      detail: { classes: changed, changes },
      at: deps.now(),
    });
  return {
    entry,
    changed,
    hidden: hidden.length,
    hiddenImported: hidden.filter((id) => importedIds.has(id.toHexString())).length,
    booked: hidden.length > 0 ? await countBooked(event, hidden) : 0,
    stale: stale + changes.length - changed,
  };
}

/**
 * Writes each change if the class still is as it was when the change was decided.
 * @returns how many were written
 */
export async function writeTypes(
  event: Pick<Event, '_id' | 'account'>,
  changes: TypeChange[],
): Promise<number> {
  if (changes.length === 0) return 0;
  const result = await Class.bulkWrite(
    changes.map(({ id, from, to, base }) => ({
      updateOne: {
        filter: {
          _id: id,
          account: event.account,
          event: event._id,
          status: 'active',
          'synced.type': base,
          'edits.type': from ?? { $exists: false },
        },
        update: to === null ? { $unset: { 'edits.type': 1 } } : { $set: { 'edits.type': to } },
      },
    })),
    { ordered: false },
  );
  return result.modifiedCount;
}

function countBooked(event: Pick<Event, '_id' | 'account'>, ids: Types.ObjectId[]): Promise<number> {
  return Appointment.countDocuments({
    account: event.account,
    event: event._id,
    class: { $in: ids },
    state: 'booked',
  });
}
