import { rewriteDocuments } from './rewrite-documents.js';

const OTHER_DISTRICT =
  'This token belongs to another district than the one saved above. Check the district id, or enter the right token.';
const UNREADABLE =
  'The saved access can no longer be opened, because this installation’s secret or its Clever application changed. Enter the access again.';
const UNAUTHORIZED =
  'Clever did not accept the district token or the client id and secret. Enter them again on the Clever set-up page.';

/** What kept Slotbell from asking Clever was a sentence; it is a code now. */
export async function convertFaults(): Promise<void> {
  await rewriteDocuments(
    'account',
    { 'clever.fault': { $type: 'string' } },
    ['clever.fault'],
    ({ clever }) => {
      const { fault } = clever as { fault: string };
      return { 'clever.fault': convert(fault) };
    },
  );
}

function convert(text: string): object | undefined {
  if (text === '') return undefined;
  if (text === OTHER_DISTRICT) return { code: 'other district' };
  if (text === UNREADABLE) return { code: 'unreadable access' };
  return text === UNAUTHORIZED ? { code: 'unauthorized', what: 'districts' } : { code: 'text', text };
}
