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
  words: 'Sending it was cut off at every try.',
  code: 'cut off',
  lasting: true,
  ofServer: false,
};

/** What went wrong before the server had a say, by nodemailer's codes (its errors.ts). */
const WORDS: Partial<Record<string, string>> = {
  ESOCKET: 'The mail server could not be reached.',
  ECONNECTION: 'The mail server ended the connection.',
  ETIMEDOUT: 'The mail server did not answer in time.',
  EABORT: 'The mail server did not answer in time.',
  EDNS: 'The name of the mail server is not known.',
  ETLS: 'No secure connection to the mail server could be made.',
  EPROTOCOL: 'The mail server did not answer as a mail server does.',
  EAUTH: 'The mail server did not accept the login in SMTP_URL.',
  ENOAUTH: 'The mail server asks for a login, and SMTP_URL has none.',
};

/**
 * Turns what nodemailer throws into plain words and what to do about it. A 5xx answer to this recipient or this mail is
 * for good, a 4xx one passes (RFC 5321, 4.2.1); whatever concerns connection, login or sender can be put right and is tried again.
 */
export function explainFault(error: unknown): MailFault {
  const { code = 'unknown', command, responseCode, permanent = false } = error as NodemailerError;
  if ((code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== 421) {
    if (command === 'API')
      return { words: 'No mail can go to this address.', code, lasting: true, ofServer: false };
    const what =
      { 'RCPT TO': 'this address', 'MAIL FROM': 'the sender (MAIL_FROM)' }[command ?? ''] ?? 'this mail';
    const words = permanent
      ? `The mail server refused ${what} (${String(responseCode)}).`
      : `The mail server asked to try again later (${String(responseCode ?? 'no code')}).`;
    const sender = command === 'MAIL FROM';
    return { words, code, lasting: permanent && !sender, ofServer: sender };
  }
  return {
    words: WORDS[code] ?? 'The mail could not be sent.',
    code,
    lasting: false,
    ofServer: code in WORDS,
  };
}
