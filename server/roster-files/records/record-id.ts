import { createHash } from 'node:crypto';

/** The kinds of things to which files give ids; ids of different kinds never collide. */
export type IdKind =
  'school' | 'term' | 'course' | 'class' | 'student' | 'teacher' | 'staff' | 'parent' | 'user';

/**
 * The record id for the id `raw` in a file: its kind and the id, or a hash of it if it has characters beyond visible ASCII or is too long
 * for a record id; '' for none. The same `raw` always gives the same id.
 */
export function recordId(kind: IdKind, raw: string): string {
  if (raw === '') return '';
  const plain = `${kind}:${raw}`;
  // What begins like a hash is hashed too, so that no id can look like one.
  if (/^[\x21-\x7e]{1,100}$/.test(plain) && !raw.startsWith('~')) return plain;
  return `${kind}:~${createHash('sha256').update(raw).digest('base64url')}`;
}

/** The record id of something without an id in the files, made from everything that identifies it. */
export function derivedId(kind: IdKind, ...parts: string[]): string {
  return recordId(kind, `~${JSON.stringify(parts)}`);
}
