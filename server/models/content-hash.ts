import { hash } from 'node:crypto';

/** The hash of a document's content, which shows whether it has changed. @param fields in a fixed order of keys */
export function contentHash(fields: unknown): string {
  return hash('sha256', JSON.stringify(fields), 'base64url');
}
