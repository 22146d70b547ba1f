import { lacksOf } from '../models/person-keys.js';
import { rewriteDocuments } from './rewrite-documents.js';

/** Stores for every contact which facts are missing, by which the list counts and filters. */
export async function noteMissing(): Promise<void> {
  const fields = ['type', 'email', 'schoolId', 'birthDate'];
  await rewriteDocuments('contact', { lacks: { $exists: false } }, fields, (contact) => ({
    lacks: lacksOf({
      type: textOf(contact.type),
      email: textOf(contact.email),
      schoolId: textOf(contact.schoolId),
      birthDate: textOf(contact.birthDate),
    }),
  }));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
