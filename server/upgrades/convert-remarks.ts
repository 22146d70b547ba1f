import { rewriteDocuments } from './rewrite-documents.js';

/**
 * Marks stored remarks of runs as sentences, as remarks are codes with numbers now; stored ones are shown as they are. The list of held
 * removals shows the remarks that say why they wait: which ones do is read from the sentence here for the last time.
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
