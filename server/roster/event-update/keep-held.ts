import type { Types } from 'mongoose';
import { Class } from '../../models/class.js';
import type { Event } from '../../models/event.js';
import { RosterChange } from '../../models/roster-change.js';
import { contentHash } from '../sources/roster-record.js';
import type { DesiredClass } from './desire-classes.js';

/** People (hex ids) of the account whose removal waits for somebody. */
export async function findHeld(account: Types.ObjectId): Promise<Set<string>> {
  const ids = await RosterChange.distinct('target', {
    account,
    state: 'held',
    kind: { $in: ['student', 'teacher'] },
  });
  return new Set(ids.map((id) => id.toHexString()));
}

/**
 * Leaves people whose removal is held where they are: the lists of a class lose them with the same download, and nothing of it is
 * believed before somebody has looked.
 */
export async function keepHeld(
  event: Pick<Event, '_id'>,
  desired: DesiredClass[],
  held: ReadonlySet<string>,
): Promise<DesiredClass[]> {
  if (held.size === 0) return desired;
  const sections = desired.map(({ section }) => section);
  const classes = await Class.find(
    { event: event._id, section: { $in: sections }, status: 'active' },
    { section: 1, 'synced.teachers': 1, 'synced.students': 1 },
  ).lean<Pick<Class, 'section' | 'synced'>[]>();
  const bySection = new Map(classes.map((item) => [item.section?.toHexString() ?? '', item.synced]));
  return desired.map((item) => {
    const before = bySection.get(item.section.toHexString());
    const teachers = withHeld(item.synced.teachers, before?.teachers ?? [], held);
    const students = withHeld(item.synced.students, before?.students ?? [], held);
    if (teachers === item.synced.teachers && students === item.synced.students) return item;
    const { hash: _, ...fields } = { ...item.synced, teachers, students };
    return { ...item, synced: { ...fields, hash: contentHash(fields) } };
  });
}

/** In the order of before where nobody else came or went, so that it is no change. */
function withHeld(
  wanted: Types.ObjectId[],
  before: readonly Types.ObjectId[],
  held: ReadonlySet<string>,
): Types.ObjectId[] {
  const there = new Set(wanted.map((id) => id.toHexString()));
  const missing = before.filter((id) => held.has(id.toHexString()) && !there.has(id.toHexString()));
  if (missing.length === 0) return wanted;
  const all = new Map([...wanted, ...missing].map((id) => [id.toHexString(), id]));
  const same = before.length === all.size && before.every((id) => all.has(id.toHexString()));
  return same ? [...before] : [...all.values()];
}
