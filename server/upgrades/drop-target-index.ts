import { dropIndex } from './drop-index.js';

/** Drops the index that allowed a run one change for each document, as held ties of the document have rows of their own. */
export async function dropTargetIndex(): Promise<void> {
  await dropIndex('rosterChange', ['run', 'target']);
}
