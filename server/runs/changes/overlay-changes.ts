import type { Types } from 'mongoose';
import { RosterChange } from '../../models/roster-change.js';

/** What a preview noted about these documents, by document id. */
export async function plannedFor(
  run: Types.ObjectId,
  targets: readonly Types.ObjectId[],
): Promise<Map<string, RosterChange>> {
  if (targets.length === 0) return new Map();
  const rows = await RosterChange.find({ run, target: { $in: [...targets] } }).lean();
  return new Map(rows.map((row) => [row.target.toHexString(), row]));
}

/** A document as it would be after a planned change. Handles fields one level deep at most (`synced.students`). */
export function overlay<T extends object>(document: T, row: Pick<RosterChange, 'fields'>): T {
  const after: Record<string, unknown> = Object.fromEntries(Object.entries(document));
  for (const { path, after: value } of row.fields) {
    const [outer = '', inner] = path.split('.');
    if (inner === undefined) after[outer] = value;
    else after[outer] = { ...(after[outer] as object | undefined), [inner]: value };
  }
  return after as T;
}
