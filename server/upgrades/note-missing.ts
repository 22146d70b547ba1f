import { lacksOf, type ContactType } from '../models/contact.js';
import { rewriteDocuments } from './rewrite-documents.js';

const FIELDS = ['type', 'email', 'schoolId', 'birthDate'] as const;

/** Notes of every contact what is not known of them, by which the list counts and filters. */
export async function noteMissing(): Promise<void> {
  await rewriteDocuments('contact', { lacks: { $exists: false } }, FIELDS, (contact) => {
    const [type, email, schoolId, birthDate] = FIELDS.map((field) => textOf(contact[field]));
    return {
      lacks: lacksOf({
        type: type as ContactType,
        email: email ?? '',
        schoolId: schoolId ?? '',
        birthDate: birthDate ?? '',
      }),
    };
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
