import type { MailFault } from '../models/notification.js';

const SENTENCES: Record<Exclude<MailFault['code'], 'refused' | 'later' | 'text'>, string> = {
  'cut off': 'Sending it was cut off at every try.',
  'no address': 'No mail can go to this address.',
  unreachable: 'The mail server could not be reached.',
  ended: 'The mail server ended the connection.',
  silent: 'The mail server did not answer in time.',
  'unknown name': 'The name of the mail server is not known.',
  'not secure': 'No secure connection to the mail server could be made.',
  'not a mail server': 'The mail server did not answer as a mail server does.',
  'login refused': 'The mail server did not accept the login in SMTP_URL.',
  'login wanted': 'The mail server asks for a login, and SMTP_URL has none.',
  unsent: 'The mail could not be sent.',
};

const WHAT = { address: 'this address', sender: 'the sender (MAIL_FROM)', mail: 'this mail' };

/** Why a mail did not go out, as a sentence; '' where nothing is noted. */
export function sayFault(fault: MailFault | undefined): string {
  if (!fault) return '';
  switch (fault.code) {
    case 'refused':
      return `The mail server refused ${WHAT[fault.what ?? 'mail']} (${String(fault.status ?? 'no code')}).`;
    case 'later':
      return `The mail server asked to try again later (${String(fault.status ?? 'no code')}).`;
    case 'text':
      return fault.text ?? '';
    default:
      return SENTENCES[fault.code];
  }
}
