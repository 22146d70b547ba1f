import type { Types } from 'mongoose';
import type { ClassType } from '../models/class.js';
import type { HandKind } from '../models/resource.js';
import { inKey, searchWords } from '../models/search-key.js';

/** What a row of the Class Editor is: a class of some type, a holder of slots to whom no shown class leads, or something made by hand. */
export type RowType = ClassType | 'Teacher only' | HandKind;

/** One row, with only what is needed to find and order it. */
export interface Row {
  id: Types.ObjectId;
  of: 'class' | 'resource';
  type: RowType;
  imported: boolean;
  /** It is shown under "show only classes". */
  isClass: boolean;
  deleted: boolean;
  /** Made by hand and hidden from parents. */
  hidden: boolean;
  /** Stored keys: lower case, accents folded. */
  name: string;
  teacher: string;
  /** Everything by which it is found. */
  words: string;
  students: number;
  /** Its school's id; '' if it has none, like something made by hand. */
  school: string;
}

export const SORTS = ['name', 'teacher', 'students', 'type'] as const;
export type Sort = (typeof SORTS)[number] | `-${(typeof SORTS)[number]}`;

export const TYPE_FILTERS = [
  'class',
  'homeroom',
  'activity',
  'group',
  'hide',
  'teacher-only',
  'other',
  'deleted',
] as const;
export type TypeFilter = (typeof TYPE_FILTERS)[number];

export interface RowFilter {
  /** The search words as they were typed. */
  q: string;
  type: TypeFilter | '';
  onlyClasses: boolean;
  /** '' means every school. */
  school: string;
}

export interface FoundRows {
  rows: Row[];
  /** Rows of each type that the other filters leave; '' counts all but the deleted ones. */
  counts: Record<TypeFilter | '', number>;
}

/**
 * Filters for the box "show only classes": everything that was imported, whatever type a person gave it, and what was made by hand as a
 * class or homeroom. Teacher-only rows, and activities and groups made by hand, are left out.
 */
export function isClassRow(imported: boolean, type: ClassType, typeBefore: ClassType): boolean {
  const own = type === 'Hide' ? typeBefore : type;
  return imported || own === 'Class' || own === 'Homeroom';
}

/** The chip a row belongs to. Types without a chip of their own are under `other`. */
function filterOf(row: Pick<Row, 'type' | 'deleted' | 'hidden'>): TypeFilter {
  if (row.deleted) return 'deleted';
  if (row.hidden) return 'hide';
  const key = row.type.toLowerCase().replace(' ', '-');
  return TYPE_FILTERS.find((filter) => filter === key) ?? 'other';
}

export function filterRows(rows: Row[], filter: RowFilter): FoundRows {
  const words = searchWords(filter.q).map(inKey);
  const counts = Object.fromEntries(['', ...TYPE_FILTERS].map((key) => [key, 0])) as FoundRows['counts'];
  const found = rows.filter((row) => {
    if (filter.onlyClasses && !row.isClass) return false;
    if (filter.school !== '' && row.school !== filter.school) return false;
    if (!words.every((word) => word.test(row.words))) return false;
    const key = filterOf(row);
    counts[key] += 1;
    if (key !== 'deleted') counts[''] += 1;
    return filter.type === '' ? key !== 'deleted' : key === filter.type;
  });
  return { rows: found, counts };
}

/** Sorts in place by the order in the address; equal rows go by name, then by id, so that pages never overlap. */
export function sortRows(rows: Row[], sort: Sort): Row[] {
  const down = sort.startsWith('-') ? -1 : 1;
  const key = sort.replace('-', '') as (typeof SORTS)[number];
  return rows.sort(
    (a, b) =>
      down * compare(a[key], b[key]) ||
      compare(a.name, b.name) ||
      compare(a.id.toHexString(), b.id.toHexString()),
  );
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
