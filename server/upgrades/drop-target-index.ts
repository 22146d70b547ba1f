import { dropIndex } from './drop-index.js';

/** Takes away the index by which a run noted one change of a document: ties of it may wait for a person beside it. */
export async function dropTargetIndex(): Promise<void> {
  await dropIndex('rosterChange', ['run', 'target']);
}
