import type { CleverSection, CleverUser } from '../../../server/clever/schema.js';
import type { Kind } from '../../../server/sandbox/identify.js';
import type { Sandbox } from '../../../server/sandbox/start-sandbox.js';

/** What the model knows about a record: plain texts, so that two states can be compared. */
export type Facts = Record<string, string>;

/** The district's present records that belong to the account, by `kind id`. */
export interface Truth {
  here: Map<string, Facts>;
  /** How many of each kind its own list has: an empty list says nothing. */
  own: Record<string, number>;
}

/** More than a small district ever has of each kind. */
const MOST: [kind: Kind, count: number][] = [
  ['term', 6],
  ['course', 120],
  ['section', 200],
  ['student', 70],
  ['teacher', 60],
  ['staff', 20],
  ['contact', 280],
];
const ROLES = ['student', 'teacher', 'staff', 'contact'] as const;

/** Reads the sandbox's records one by one, past the protocol. */
export function readTruth(sandbox: Sandbox): Truth {
  const found = MOST.flatMap(([kind, most]) =>
    Array.from({ length: most }, (_, index) => ({
      kind,
      object: sandbox.read(sandbox.idOf(kind, index)),
    })),
  ).filter(({ object }) => object !== null);
  const of = (kinds: readonly string[]): unknown[] =>
    found.filter(({ kind }) => kinds.includes(kind)).map(({ object }) => object);
  const sections = (of(['section']) as CleverSection[]).filter(({ school }) => school);
  const users = of(ROLES) as CleverUser[];
  const own: Record<string, number> = {};
  const here = new Map<string, Facts>();
  for (const kind of ['term', 'course'])
    for (const { id, name } of of([kind]) as { id: string; name?: string }[])
      here.set(`${kind} ${id}`, { name: clean(name) });
  for (const section of sections) here.set(`section ${section.id}`, factsOf(section));
  for (const [key, facts] of placed(users, sections)) here.set(key, facts);
  for (const key of here.keys()) {
    const kind = key.split(' ')[0] ?? '';
    if (['term', 'course'].includes(kind)) own[kind] = (own[kind] ?? 0) + 1;
  }
  own.section = of(['section']).length;
  for (const role of ROLES)
    own[kindOf(role)] = users.filter(({ roles }) => roles?.[role] && Object.keys(roles).length === 1).length;
  return { here, own };
}

function factsOf(section: CleverSection): Facts {
  const { name, students, teacher, teachers } = section;
  return {
    name: clean(name),
    teachers: sorted([teacher, ...(teachers ?? [])]),
    students: sorted(students ?? []),
  };
}

/** People who belong here: through a school, a class, or a child. */
function* placed(users: CleverUser[], sections: CleverSection[]): Generator<[string, Facts]> {
  const listed = new Set(
    sections.flatMap(({ students, teacher, teachers }) => [
      ...(students ?? []),
      teacher,
      ...(teachers ?? []),
    ]),
  );
  const students = new Set<string>();
  for (const user of users) {
    const { id, roles, name } = user;
    const role = ROLES.find((other) => roles?.[other]);
    const schools = [
      roles?.student?.school,
      ...(roles?.teacher?.schools ?? []),
      ...(roles?.staff?.schools ?? []),
    ];
    const children = roles?.contact?.student_relationships ?? [];
    const hasPlace = schools.some(Boolean) || children.some(({ student }) => students.has(student ?? ''));
    if (!role || !(hasPlace || (role !== 'contact' && listed.has(id)))) continue;
    if (role === 'student') students.add(id);
    yield [
      `${kindOf(role)} ${id}`,
      {
        name: `${clean(name?.first)} ${clean(name?.last)}`,
        children: sorted(children.map(({ student }) => student)),
      },
    ];
  }
}

function kindOf(role: string): string {
  return role === 'contact' ? 'guardian' : role;
}

export function sorted(ids: readonly (string | null | undefined)[]): string {
  return [...new Set(ids.filter(Boolean))].sort().join(' ');
}

function clean(text: string | null | undefined): string {
  return (text ?? '').replace(/\s+/g, ' ').trim();
}
