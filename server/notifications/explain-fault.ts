import type { NodemailerError } from 'nodemailer';

/** Why a mail did not go out. */
export interface MailFault {
  /** For the outbox page: plain words without addresses, whatever the server answered. */
  words: string;
  /** For the log. */
  code: string;
  /** Trying again will not help. */
  lasting: boolean;
  /** It would befall every other mail as well. */
  ofServer: boolean;
}

/** A mail whose worker died at every try; it may be what kills them. */
export const CUT_OFF: MailFault = {
  words: 'Every attempt to send it was cut off.',
  code: 'cut off',
  lasting: true,
  ofServer: false,
};

/** What went wrong before the server had a say, by nodemailer's codes (its errors.ts). */
const WORDS: Partial<Record<string, string>> = {
  ESOCKET: 'The email server couldn’t be reached.',
  ECONNECTION: 'The email server ended the connection.',
  ETIMEDOUT: 'The email server didn’t answer in time.',
  EABORT: 'The email server didn’t answer in time.',
  EDNS: 'There’s no email server with the name in SMTP_URL.',
  ETLS: 'No secure connection to the email server could be made.',
  EPROTOCOL: 'The server in SMTP_URL didn’t answer like an email server.',
  EAUTH: 'The email server rejected the login in SMTP_URL.',
  ENOAUTH: 'The email server asks for a login, but SMTP_URL has none.',
};

/**
 * Turns what nodemailer throws into plain words and what to do about it. A 5xx answer to this recipient or this mail is
 * for good, a 4xx one passes (RFC 5321, 4.2.1); whatever concerns connection, login or sender can be put right and is tried again.
 */
export function explainFault(error: unknown): MailFault {
  const { code = 'unknown', command, responseCode, permanent = false } = error as NodemailerError;
  if ((code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== 421) {
    if (command === 'API')
      return { words: 'Email can’t be sent to this address.', code, lasting: true, ofServer: false };
    const what =
      { 'RCPT TO': 'this address', 'MAIL FROM': 'the sender (MAIL_FROM)' }[command ?? ''] ?? 'this email';
    const words = permanent
      ? `The email server refused ${what} (${String(responseCode)}).`
      : `The email server asked to try again later (${String(responseCode ?? 'no code')}).`;
    const sender = command === 'MAIL FROM';
    return { words, code, lasting: permanent && !sender, ofServer: sender };
  }
  return {
    words: WORDS[code] ?? 'The email couldn’t be sent.',
    code,
    lasting: false,
    ofServer: code in WORDS,
  };
}
