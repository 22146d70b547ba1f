import type { Types } from 'mongoose';
import { isContactType } from '../../models/contact.js';
import type { ChangeAction, FieldChange, RunNote } from '../../models/roster-change.js';

/** What a run wants to do to one stored document. */
export interface Change {
  /** What counts and the log call it: student, section, class … */
  kind: string;
  action: ChangeAction;
  target: Types.ObjectId;
  /** The record's id at its source; our own id for what only we have. */
  sourceId: string;
  /** A new document, whole, with its `_id`. */
  document?: Record<string, unknown>;
  /** The differing fields of a document that exists. */
  fields: FieldChange[];
  /** A further condition of the write: that no person has changed the document meanwhile. */
  where?: Record<string, unknown>;
  /** A remark for the log. */
  note?: RunNote;
  /** Whether somebody should look at it. */
  warning?: boolean;
  /** The text by which a list of changes is searched. */
  searchKey?: string;
  /** A removal that the source may not mean: the next whole download confirms or answers it. */
  doubtful?: boolean;
  /** How many ties end; the change counts as so many. */
  size?: number;
  /** The fingerprint of what the source says of a list whose ties are withheld (`markOf`). */
  keptFor?: string;
}

/** The field changes that give each path its wanted value; undefined removes a field. */
export function compareFields(before: object, wanted: Record<string, unknown>): FieldChange[] {
  return Object.entries(wanted).flatMap(([path, after]) => {
    const old = valueAt(before, path);
    return sameValue(old, after) ? [] : [fieldChange(path, old, after)];
  });
}

export function fieldChange(path: string, before: unknown, after: unknown): FieldChange {
  return { path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

/** An empty text equals no text. */
export function sameValue(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one ?? '') === JSON.stringify(other ?? '');
}

export function valueAt(document: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);
}

/** The update that gives every field its value after the change, or its value before. */
export function updateTo(
  side: 'before' | 'after',
  fields: readonly FieldChange[],
): { $set?: Record<string, unknown>; $unset?: Record<string, 1> } {
  const set = fields.filter((field) => field[side] !== undefined);
  const unset = fields.filter((field) => field[side] === undefined);
  return {
    ...(set.length > 0 ? { $set: Object.fromEntries(set.map((field) => [field.path, field[side]])) } : {}),
    ...(unset.length > 0 ? { $unset: Object.fromEntries(unset.map(({ path }) => [path, 1 as const])) } : {}),
  };
}

/** The fields by which sections find their people. */
const FOUND_BY = /^(status|record(\.(id|also|kept))?)$/;

/** Whether a change of the roster may alter classes. A person's name or address is stored in none. */
export function reachesClasses({
  kind,
  action,
  fields,
}: Pick<Change, 'kind' | 'action' | 'fields'>): boolean {
  return action !== 'changed' || !isContactType(kind) || fields.some(({ path }) => FOUND_BY.test(path));
}

/** Fields stored beside what the source says. A change of them is no news to a person. */
const BEHIND =
  /^(record\.|searchKey$|sortKey$|numberKey$|transferredAt$|deletedAt$|kept$|synced\.hash$|source$|state$|problem$)/;

/** The changed fields that a person cares about. */
export function toldFields<F extends Pick<FieldChange, 'path'>>(fields: readonly F[]): F[] {
  return fields.filter(({ path }) => !BEHIND.test(path));
}

/** The changed fields in words: "first name, students". */
export function fieldsInWords(fields: readonly Pick<FieldChange, 'path'>[]): string {
  return toldFields(fields)
    .filter(({ path }) => path !== 'status')
    .map(({ path }) => fieldInWords(path))
    .join(', ');
}

/** `firstName` is "first name", `studentIds` and `synced.students` are "students". */
export function fieldInWords(path: string): string {
  const name = path.split('.').at(-1) ?? path;
  return name.replace(/Ids$/, 's').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
