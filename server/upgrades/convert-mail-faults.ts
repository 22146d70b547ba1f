import type { MailFault } from '../models/notification.js';
import { codeFor, rewriteDocuments } from './rewrite-documents.js';

/** The texts that versions before 0.6 stored about an email that was not sent. */
const FAULTS: Record<string, MailFault> = {
  'Sending it was cut off at every try.': { code: 'cut off' },
  'No mail can go to this address.': { code: 'no address' },
  'The mail server could not be reached.': { code: 'unreachable' },
  'The mail server ended the connection.': { code: 'ended' },
  'The mail server did not answer in time.': { code: 'silent' },
  'The name of the mail server is not known.': { code: 'unknown name' },
  'No secure connection to the mail server could be made.': { code: 'not secure' },
  'The mail server did not answer as a mail server does.': { code: 'not a mail server' },
  'The mail server did not accept the login in SMTP_URL.': { code: 'login refused' },
  'The mail server asks for a login, and SMTP_URL has none.': { code: 'login wanted' },
  'The mail could not be sent.': { code: 'unsent' },
};

/** Turns the sentence on why an email was not sent into a code with its status. A sentence with a status in it is shown as it was. */
export async function convertMailFaults(): Promise<void> {
  await rewriteDocuments('notification', { fault: { $type: 'string' } }, ['fault'], ({ fault }) => ({
    fault: codeFor(FAULTS, fault as string),
  }));
}
