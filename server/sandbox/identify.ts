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

/** Kinds that keep their ids when all others are new: the district, schools, which an administrator matched by hand, and events. */
const LASTING: ReadonlySet<Kind> = new Set<Kind>(['district', 'school', 'event']);

/** Kinds whose ids a rollover replaces. */
export const REISSUED_KINDS: readonly Kind[] = KINDS.filter((kind) => !LASTING.has(kind));

/** Ids of 24 hex digits like Clever's: kind, seed, issue, index. A record can be found from its id alone. */
export interface Identifier {
  idOf(kind: Kind, index: number): string;
  /** Null for an id that the district does not use. */
  parse(id: string): Identity | null;
  /**
   * Replaces all ids except the lasting ones, keeping their order; at most 255 times.
   * @returns a function that gives the new id for an earlier one, and any other text as it is
   */
  reissue(): (id: string) => string;
}

/** Makes the ids of a district. */
export function createIdentifier(seed: number): Identifier {
  const middle = (seed >>> 0).toString(16).padStart(8, '0').slice(-6);
  let issue = 0;
  const issueOf = (kind: Kind) => (LASTING.has(kind) ? '00' : issue.toString(16).padStart(2, '0'));
  const idOf: Identifier['idOf'] = (kind, index) =>
    PREFIXES[kind] + middle + issueOf(kind) + index.toString(16).padStart(8, '0');
  const parse: Identifier['parse'] = (id) => {
    const kind = KIND_OF_PREFIX.get(id.slice(0, 8));
    if (!kind || !/^[0-9a-f]{24}$/.test(id) || id.slice(8, 16) !== middle + issueOf(kind)) return null;
    return { kind, index: parseInt(id.slice(16), 16) };
  };
  return {
    idOf,
    parse,
    reissue() {
      if (issue === 255) throw new RangeError('all issues are used up');
      const before = issueOf('student');
      issue += 1;
      return (id) => {
        const kind = KIND_OF_PREFIX.get(id.slice(0, 8));
        const isOld = kind && !LASTING.has(kind) && id.slice(8, 16) === middle + before;
        return isOld ? idOf(kind, parseInt(id.slice(16), 16)) : id;
      };
    },
  };
}

/** Clever's word for the type: the first part of a path and of an event's type. */
export function pluralOf(kind: Kind): string {
  return (USER_KINDS as readonly string[]).includes(kind) ? 'users' : `${kind}s`;
}
