/** Kinds of record, in ascending order of their ids within each group; users run from student to contact. */
export const KINDS = [
  'district',
  'school',
  'section',
  'course',
  'term',
  'student',
  'teacher',
  'staff',
  'district_admin',
  'contact',
  'event',
] as const;
export type Kind = (typeof KINDS)[number];
export type UserKind = 'student' | 'teacher' | 'staff' | 'district_admin' | 'contact';
export const USER_KINDS: readonly UserKind[] = ['student', 'teacher', 'staff', 'district_admin', 'contact'];

const PREFIXES: Record<Kind, string> = {
  district: '58da8a43',
  school: '58da8c58',
  section: '58da8c6a',
  course: '5970d4dd',
  term: '5b423658',
  student: '5c8da8c6',
  teacher: '5faac8b7',
  staff: '5faac8b8',
  district_admin: '5faac8b9',
  contact: '5faac8ba',
  event: '64206e44',
};
const KIND_OF_PREFIX = new Map(KINDS.map((kind) => [PREFIXES[kind], kind]));

export interface Identity {
  kind: Kind;
  index: number;
}

/** Ids of 24 hex digits like Clever's: kind, seed, index. So a record is found from its id alone. */
export interface Identifier {
  idOf(kind: Kind, index: number): string;
  /** Null for an id that this district could never have given. */
  parse(id: string): Identity | null;
}

export function createIdentifier(seed: number): Identifier {
  const middle = (seed >>> 0).toString(16).padStart(8, '0').slice(-6);
  return {
    idOf: (kind, index) => PREFIXES[kind] + middle + index.toString(16).padStart(10, '0'),
    parse(id) {
      const kind = KIND_OF_PREFIX.get(id.slice(0, 8));
      if (!kind || !/^[0-9a-f]{24}$/.test(id) || id.slice(8, 14) !== middle) return null;
      return { kind, index: parseInt(id.slice(14), 16) };
    },
  };
}

/** The type in Clever's words: the first part of a path and of an event's type. */
export function pluralOf(kind: Kind): string {
  return (USER_KINDS as readonly string[]).includes(kind) ? 'users' : `${kind}s`;
}
