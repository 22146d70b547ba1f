import { dropIndex } from './drop-index.js';

/** Drops the former index of the list of contacts: the new one also holds what is missing about a person. */
export async function dropContactIndex(): Promise<void> {
  await dropIndex('contact', ['account', 'type', 'status', 'sortKey', 'searchKey']);
}
