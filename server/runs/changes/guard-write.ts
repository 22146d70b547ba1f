import type { FieldChange } from '../../models/roster-change.js';
import { compareFields, valueAt } from './change.js';
import type { Kind } from './kind.js';
import { overlay } from './overlay-changes.js';
import { DERIVED } from './read-changes.js';

/** A filter that meets a document only while it has at these paths what was read of it. */
export function whileAt(document: object, paths: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    [...new Set(paths)].map((path) => {
      const value = valueAt(document, path);
      return [path, value === undefined ? { $exists: false } : { $eq: value }];
    }),
  );
}

/** How fields are written to a document that was read and found to be as it should be. */
export interface GuardedWrite {
  /** With what is stored to find and sort the document, made from what it is after the write. */
  fields: FieldChange[];
  /** Meets the document only while it is as it was read: whoever writes in between is not overwritten. */
  where: Record<string, unknown>;
}

/** @param fields their `after` is what is written */
export function guardWrite(
  { keysOf, keysFrom = [] }: Kind,
  document: object,
  fields: readonly FieldChange[],
): GuardedWrite {
  const own = fields.filter(({ path }) => !DERIVED.includes(path));
  const where = whileAt(document, [...own.map(({ path }) => path), ...keysFrom]);
  if (!keysOf) return { fields: [...fields], where };
  const keys = keysOf(overlay(document, { fields: own }) as never);
  return { fields: [...own, ...compareFields(document, keys)], where };
}

/** The same fields the other way round: what takes a change back. */
export function backwards(fields: readonly FieldChange[]): FieldChange[] {
  return fields.map(({ path, before, after }) => ({
    path,
    ...(after === undefined ? {} : { before: after }),
    ...(before === undefined ? {} : { after: before }),
  }));
}
