import type { CleverFault } from '../models/clever-fault.js';
import { codeFor, rewriteDocuments } from './rewrite-documents.js';

const OTHER_DISTRICT =
  'This token belongs to another district than the one saved above. Check the district id, or enter the right token.';
const UNREADABLE =
  'The saved access can no longer be opened, because this installation’s secret or its Clever application changed. Enter the access again.';
const UNAUTHORIZED =
  'Clever did not accept the district token or the client id and secret. Enter them again on the Clever set-up page.';

/** The texts that versions before 0.6 stored. */
const FAULTS: Record<string, CleverFault> = {
  [OTHER_DISTRICT]: { code: 'other district' },
  [UNREADABLE]: { code: 'unreadable access' },
  [UNAUTHORIZED]: { code: 'unauthorized', what: 'districts' },
};

/** Turns the sentence on why Slotbell could not ask Clever into a code. */
export async function convertFaults(): Promise<void> {
  await rewriteDocuments(
    'account',
    { 'clever.fault': { $type: 'string' } },
    ['clever.fault'],
    ({ clever }) => {
      const { fault } = clever as { fault: string };
      return { 'clever.fault': codeFor(FAULTS, fault) };
    },
  );
}
