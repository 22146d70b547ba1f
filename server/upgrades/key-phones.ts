import { phoneKey } from '../models/person-keys.js';
import { rewriteDocuments } from './rewrite-documents.js';

/** Gives every contact the key by which a caller is found. */
export async function keyPhones(): Promise<void> {
  await rewriteDocuments('contact', { phoneKey: { $exists: false } }, ['phone'], ({ phone }) => ({
    phoneKey: typeof phone === 'string' ? phoneKey(phone) : '',
  }));
}
