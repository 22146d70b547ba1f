import { createHash } from 'node:crypto';

/** The kinds of things that files name by ids of their own; the ids of two kinds never meet. */
export type IdKind =
  'school' | 'term' | 'course' | 'class' | 'student' | 'teacher' | 'staff' | 'parent' | 'user';

/**
 * The record id of what a file calls `raw`: its kind and the id, or a hash of it where it has other letters than visible
 * ASCII or is longer than a record id may be; '' for none. The same `raw` always gives the same id.
 */
export function recordId(kind: IdKind, raw: string): string {
  if (raw === '') return '';
  const plain = `${kind}:${raw}`;
  // What begins like a hash is hashed too, so that no id can pose as one.
  if (/^[\x21-\x7e]{1,100}$/.test(plain) && !raw.startsWith('~')) return plain;
  return `${kind}:~${createHash('sha256').update(raw).digest('base64url')}`;
}

/** The record id of something that the files give no id: of all that makes it what it is. */
export function derivedId(kind: IdKind, ...parts: string[]): string {
  return recordId(kind, `~${JSON.stringify(parts)}`);
}
