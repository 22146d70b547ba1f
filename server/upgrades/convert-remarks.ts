import { rewriteDocuments } from './rewrite-documents.js';

/**
 * Remarks of runs were sentences; they are codes with their numbers now. Those that are stored are kept as they are and shown so. The
 * list of what is held shows those that say why it waits: which they are is read here for the last time.
 */
export async function convertRemarks(): Promise<void> {
  for (const name of ['rosterRun', 'syncRun'])
    await rewriteDocuments(name, { warnings: { $exists: true } }, ['warnings'], ({ warnings }) => ({
      remarks: (warnings as string[]).map(remarkOf),
      warnings: undefined,
    }));
}

function remarkOf(text: string): { code: string; text: string; ofHeld?: true } {
  return { code: 'sentence', text, ...(text.includes('held until') ? { ofHeld: true } : {}) };
}
