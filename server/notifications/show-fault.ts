import type { MailFault } from '../models/notification.js';

const SENTENCES: Record<Exclude<MailFault['code'], 'refused' | 'later' | 'text'>, string> = {
  'cut off': 'Every attempt to send it was cut off.',
  'no address': 'Email can’t be sent to this address.',
  unreachable: 'The email server couldn’t be reached.',
  ended: 'The email server ended the connection.',
  silent: 'The email server didn’t answer in time.',
  'unknown name': 'There’s no email server with the name in SMTP_URL.',
  'not secure': 'No secure connection to the email server could be made.',
  'not a mail server': 'The server in SMTP_URL didn’t answer like an email server.',
  'login refused': 'The email server rejected the login in SMTP_URL.',
  'login wanted': 'The email server asks for a login, but SMTP_URL has none.',
  unsubscribed: 'This person unsubscribed from reminders and group emails before it was sent.',
  'too late': 'It was too late to send it: what it’s about is over, or its link had expired.',
  unsent: 'The email couldn’t be sent.',
};

const WHAT = { address: 'this address', sender: 'the sender (MAIL_FROM)', mail: 'this email' };

/** Why a mail did not go out, as a sentence; '' if nothing is noted. */
export function sayFault(fault: MailFault | undefined): string {
  if (!fault) return '';
  switch (fault.code) {
    case 'refused':
      return `The email server refused ${WHAT[fault.what ?? 'mail']} (${String(fault.status ?? 'no code')}).`;
    case 'later':
      return `The email server asked to try again later (${String(fault.status ?? 'no code')}).`;
    case 'text':
      return fault.text ?? '';
    default:
      return SENTENCES[fault.code];
  }
}
