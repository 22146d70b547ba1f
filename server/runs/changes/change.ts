import type { Types } from 'mongoose';
import { isContactType } from '../../models/contact.js';
import type { ChangeAction, FieldChange, RunNote } from '../../models/roster-change.js';

/** What a run wants of one stored document. */
export interface Change {
  /** How counts and log call it: student, section, class … */
  kind: string;
  action: ChangeAction;
  target: Types.ObjectId;
  /** The record's id at its source; our own for what only we have. */
  sourceId: string;
  /** A new one, whole, with its `_id`. */
  document?: Record<string, unknown>;
  /** Of one that is there: what differs. */
  fields: FieldChange[];
  /** What else must hold when it is written: that no person changed it meanwhile. */
  where?: Record<string, unknown>;
  /** For the log. */
  note?: RunNote;
  /** Somebody should look at it. */
  warning?: boolean;
  /** By what a list of changes is searched. */
  searchKey?: string;
  /** A removal that the source may not mean: what it says the next time, whole, answers it. */
  doubtful?: boolean;
  /** Of ties that end: how many; it counts as so many. */
  size?: number;
  /** Of ties that wait: what the source says of the list (`markOf`). */
  keptFor?: string;
}

/** How a document has to change so that each path has its wanted value; undefined takes a field away. */
export function compareFields(before: object, wanted: Record<string, unknown>): FieldChange[] {
  return Object.entries(wanted).flatMap(([path, after]) => {
    const old = valueAt(before, path);
    return sameValue(old, after) ? [] : [fieldChange(path, old, after)];
  });
}

export function fieldChange(path: string, before: unknown, after: unknown): FieldChange {
  return { path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

/** An empty text is as good as none. */
export function sameValue(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one ?? '') === JSON.stringify(other ?? '');
}

export function valueAt(document: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);
}

/** The update that brings every field to its value after the change, or back to the one before. */
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

/** By what sections find their people. */
const FOUND_BY = /^(status|record(\.(id|also|kept))?)$/;

/** Whether classes may look otherwise by a change of the roster: a person's name or address is in none of them. */
export function reachesClasses({
  kind,
  action,
  fields,
}: Pick<Change, 'kind' | 'action' | 'fields'>): boolean {
  return action !== 'changed' || !isContactType(kind) || fields.some(({ path }) => FOUND_BY.test(path));
}

/** Kept beside what the source says, and no news to a person. */
const BEHIND =
  /^(record\.|searchKey$|sortKey$|numberKey$|transferredAt$|deletedAt$|kept$|synced\.hash$|source$|state$|problem$)/;

/** Those of the changed fields that a person cares about. */
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
