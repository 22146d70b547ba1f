import type { Types } from 'mongoose';
import { Class, hashClass, type SyncedClass } from '../../models/class.js';
import { NO_TIES } from '../../runs/changes/compare-ties.js';
import type { DerivedClass } from './derive-classes.js';
import type { KnownClass } from './diff-classes.js';
import type { Mirror } from './mirror.js';

export type People = Pick<SyncedClass, 'teachers' | 'students'>;

/**
 * Leaves in their classes the people who stay though the source has them no more: the sections lost them with the same download, and
 * nothing of it is believed before somebody has looked. Where the section itself stays in that way, everybody does who is here: it
 * names them by ids that may be others by now. A class that is back after it was gone knows nobody of before.
 * @param known the stored classes among those derived, by section
 * @param before who is in those that would change, by section (`findPeople`)
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
    // An outdated section does not tell whom the source does not share.
    return { ...item, synced: withStaying(item.synced, people, here), unknown: NO_TIES };
  });
}

/** Who was given an id that the section names is no reason for its former holder to come into a class. */
function withoutDoubted(
  told: readonly DerivedClass[],
  known: ReadonlyMap<string, KnownClass>,
  before: ReadonlyMap<string, People>,
  doubted: ReadonlySet<string>,
): DerivedClass[] {
  return told.map((item) => {
    const section = item.section.toHexString();
    const there = known.get(section);
    // As it is stored.
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

/** Who is in the classes that would change, by section. */
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

/** With those of before who are to stay. */
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

/** As it was where only those who stay are missing from it; else with them at the end. */
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
