import { dropIndex } from './drop-index.js';

/** Takes away the index by which contacts were listed: the one in its place also tells what is not known of them. */
export async function dropContactIndex(): Promise<void> {
  await dropIndex('contact', ['account', 'type', 'status', 'sortKey', 'searchKey']);
}
