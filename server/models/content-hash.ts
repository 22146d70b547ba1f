import { hash } from 'node:crypto';

/** By what a document's content is told to have changed. @param fields in a fixed order of keys */
export function contentHash(fields: unknown): string {
  return hash('sha256', JSON.stringify(fields), 'base64url');
}
