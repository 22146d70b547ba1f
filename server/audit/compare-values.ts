import { isDeepStrictEqual } from 'node:util';
import type { AuditChange } from '../models/audit-entry.js';

/** Settings by the names of their fields. */
export type Values = Readonly<Record<string, unknown>>;

const MOST_FIELDS = 60;
const LONGEST = 300;

/**
 * The differences between settings before and after, for the audit: codes, numbers and texts as they are stored, long ones shortened.
 * @param hidden fields of which the audit only notes that they changed: secrets, and facts about a person
 */
export function changesOf(before: Values, after: Values, hidden: readonly string[] = []): AuditChange[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields
    .filter((field) => !isSame(before[field], after[field]))
    .slice(0, MOST_FIELDS)
    .map((field) =>
      hidden.includes(field) ? { field } : { field, before: kept(before[field]), after: kept(after[field]) },
    );
}

/** An absent value counts as empty. */
function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(one ?? '', other ?? '');
}

function kept(value: unknown): string | number | boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return shortened(textOf(value));
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  return Array.isArray(value) ? value.map(textOf).join(', ') : JSON.stringify(value);
}

function shortened(text: string): string {
  return text.length > LONGEST ? `${[...text.slice(0, LONGEST)].slice(0, -1).join('')}…` : text;
}
