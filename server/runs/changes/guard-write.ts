import type { FieldChange } from '../../models/roster-change.js';
import { compareFields, valueAt } from './change.js';
import type { Kind } from './kind.js';
import { overlay } from './overlay-changes.js';
import { DERIVED } from './read-changes.js';

/** A filter that matches a document only while it has the values that were read at these paths. */
export function whileAt(document: object, paths: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    [...new Set(paths)].map((path) => {
      const value = valueAt(document, path);
      return [path, value === undefined ? { $exists: false } : { $eq: value }];
    }),
  );
}

/** A checked write: what is set, and the condition that the document is as it was read. */
export interface GuardedWrite {
  /** The new values, with the stored keys that find and sort the document, made from its state after the write. */
  fields: FieldChange[];
  /** Matches the document only while it is as it was read, so that nobody's change in between is overwritten. */
  where: Record<string, unknown>;
}

/** @param fields their `after` is what gets written */
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

/** The reverse of field changes, which takes them back. */
export function backwards(fields: readonly FieldChange[]): FieldChange[] {
  return fields.map(({ path, before, after }) => ({
    path,
    ...(after === undefined ? {} : { before: after }),
    ...(before === undefined ? {} : { after: before }),
  }));
}
