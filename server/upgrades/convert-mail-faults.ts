import type { MailFault } from '../models/notification.js';
import { rewriteDocuments } from './rewrite-documents.js';

/** What versions before 0.6 stored of a mail that did not go out. */
const CODES: Record<string, MailFault['code']> = {
  'Sending it was cut off at every try.': 'cut off',
  'No mail can go to this address.': 'no address',
  'The mail server could not be reached.': 'unreachable',
  'The mail server ended the connection.': 'ended',
  'The mail server did not answer in time.': 'silent',
  'The name of the mail server is not known.': 'unknown name',
  'No secure connection to the mail server could be made.': 'not secure',
  'The mail server did not answer as a mail server does.': 'not a mail server',
  'The mail server did not accept the login in SMTP_URL.': 'login refused',
  'The mail server asks for a login, and SMTP_URL has none.': 'login wanted',
  'The mail could not be sent.': 'unsent',
};

/** Why a mail did not go out was a sentence; it is a code with its status now. What had a status in it is shown as it was. */
export async function convertMailFaults(): Promise<void> {
  await rewriteDocuments('notification', { fault: { $type: 'string' } }, ['fault'], ({ fault }) => ({
    fault: convert(fault as string),
  }));
}

/** An empty text said nothing. */
function convert(text: string): MailFault | undefined {
  if (text === '') return undefined;
  const code = CODES[text];
  return code ? { code } : { code: 'text', text };
}
