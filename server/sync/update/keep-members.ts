import type { Types } from 'mongoose';
import { Class, hashClass, type SyncedClass } from '../../models/class.js';
import { NO_TIES } from '../../runs/changes/compare-ties.js';
import type { DerivedClass } from './derive-classes.js';
import type { KnownClass } from './diff-classes.js';
import type { Mirror } from './mirror.js';

export type People = Pick<SyncedClass, 'teachers' | 'students'>;

/**
 * Keeps people in their classes who stay although the source no longer has them: the sections lost them by the same download, and nothing
 * of that is believed before somebody has looked. If the section itself stays in that way, everybody who is here stays in it, as the ids
 * that it names may belong to others by now. A class that is back after it was gone has no earlier people.
 * @param known the stored classes among the derived ones, by section
 * @param before the people of the classes that would change, by section (`findPeople`)
 */
export async function keepMembers(
  mirror: Pick<Mirror, 'staying' | 'waiting' | 'here' | 'doubted'>,
  told: readonly DerivedClass[],
  known: ReadonlyMap<string, KnownClass>,
  before: ReadonlyMap<string, People>,
): Promise<DerivedClass[]> {
  const doubted = await mirror.doubted();
  const derived = doubted.size > 0 ? withoutDoubted(told, known, before, doubted) : told;
  const lost = new Map(
    derived.flatMap(({ section, synced }) => {
      const people = before.get(section.toHexString());
      const ids = people ? lostOf(people, synced) : [];
      return ids.length > 0 ? [[section.toHexString(), ids] as const] : [];
    }),
  );
  if (lost.size === 0) return [...derived];
  const waiting = await mirror.waiting(
    derived.map(({ section }) => section).filter((id) => lost.has(id.toHexString())),
  );
  const [staying, here] = await Promise.all([
    stayingOf(mirror, [...lost.values()].flat(), doubted),
    mirror.here([...waiting].flatMap((section) => lost.get(section) ?? [])),
  ]);
  return derived.map((item) => {
    const section = item.section.toHexString();
    const people = before.get(section);
    if (!people) return item;
    if (!waiting.has(section)) return { ...item, synced: withStaying(item.synced, people, staying) };
    // An outdated section does not say whom the source does not share.
    return { ...item, synced: withStaying(item.synced, people, here), unknown: NO_TIES };
  });
}

/** A contact whose id may have been given to somebody else does not join a class because its section names the id. */
function withoutDoubted(
  told: readonly DerivedClass[],
  known: ReadonlyMap<string, KnownClass>,
  before: ReadonlyMap<string, People>,
  doubted: ReadonlySet<string>,
): DerivedClass[] {
  return told.map((item) => {
    const section = item.section.toHexString();
    const there = known.get(section);
    // The class is as it is stored.
    if (there && there.status !== 'gone' && there.synced.hash === item.synced.hash) return item;
    const { teachers = [], students = [] } = before.get(section) ?? {};
    const was = new Set([...teachers, ...students].map((id) => id.toHexString()));
    const stays = (id: Types.ObjectId) => !doubted.has(id.toHexString()) || was.has(id.toHexString());
    const { hash: _, ...synced } = item.synced;
    const fields = {
      ...synced,
      teachers: synced.teachers.filter(stays),
      students: synced.students.filter(stays),
    };
    const fewer =
      fields.teachers.length < synced.teachers.length || fields.students.length < synced.students.length;
    return fewer ? { ...item, synced: { ...fields, hash: hashClass(fields) } } : item;
  });
}

async function stayingOf(
  mirror: Pick<Mirror, 'staying'>,
  lost: readonly Types.ObjectId[],
  doubted: ReadonlySet<string>,
): Promise<Set<string>> {
  const staying = await mirror.staying(lost);
  for (const id of lost) if (doubted.has(id.toHexString())) staying.add(id.toHexString());
  return staying;
}

/** The people of the classes that would change, by section. */
export async function findPeople(
  derived: readonly DerivedClass[],
  known: ReadonlyMap<string, KnownClass>,
): Promise<Map<string, People>> {
  const differ = derived.flatMap(({ section, synced }) => {
    const stored = known.get(section.toHexString());
    return stored && stored.status !== 'gone' && stored.synced.hash !== synced.hash ? [stored._id] : [];
  });
  if (differ.length === 0) return new Map();
  const found = await Class.find(
    { _id: { $in: differ } },
    { section: 1, 'synced.teachers': 1, 'synced.students': 1 },
  ).lean<(Pick<Class, 'section'> & { synced: People })[]>();
  return new Map(found.map(({ section, synced }) => [section?.toHexString() ?? '', synced]));
}

function lostOf(before: People, { teachers, students }: People): Types.ObjectId[] {
  const wanted = new Set([...teachers, ...students].map((id) => id.toHexString()));
  return [...before.teachers, ...before.students].filter((id) => !wanted.has(id.toHexString()));
}

/** A list with those of its earlier people who stay. */
export function withStaying(
  { hash, ...synced }: SyncedClass,
  before: People,
  staying: ReadonlySet<string>,
): SyncedClass {
  const teachers = joined(synced.teachers, before.teachers, staying);
  const students = joined(synced.students, before.students, staying);
  if (teachers === synced.teachers && students === synced.students) return { ...synced, hash };
  const fields = { ...synced, teachers, students };
  return { ...fields, hash: hashClass(fields) };
}

/** The earlier list if only people who stay are missing from the new one; else the new list with them at the end. */
function joined(
  wanted: Types.ObjectId[],
  before: readonly Types.ObjectId[],
  staying: ReadonlySet<string>,
): Types.ObjectId[] {
  const there = new Set(wanted.map((id) => id.toHexString()));
  const kept = before.filter((id) => !there.has(id.toHexString()) && staying.has(id.toHexString()));
  if (kept.length === 0) return wanted;
  const others = before.filter((id) => !kept.includes(id));
  const same = others.length === wanted.length && others.every((id, index) => wanted[index]?.equals(id));
  return same ? [...before] : [...wanted, ...kept];
}
