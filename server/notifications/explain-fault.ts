import type { NodemailerError } from 'nodemailer';
import type { MailFault } from '../models/notification.js';

/** A try that failed. */
export interface FailedTry {
  /** As the outbox keeps it. */
  fault: MailFault;
  /** For the log. */
  code: string;
  /** Trying again will not help. */
  lasting: boolean;
  /** It would befall every other mail as well. */
  ofServer: boolean;
}

/** A mail whose worker died at every try; it may be what kills them. */
export const CUT_OFF: FailedTry = {
  fault: { code: 'cut off' },
  code: 'cut off',
  lasting: true,
  ofServer: false,
};

/** Whoever it is for unsubscribed while it waited. */
export const UNSUBSCRIBED: FailedTry = {
  fault: { code: 'unsubscribed' },
  code: 'unsubscribed',
  lasting: true,
  ofServer: false,
};

/** What went wrong before the server had a say, by nodemailer's codes (its errors.ts). */
const BEFORE: Partial<Record<string, MailFault['code']>> = {
  ESOCKET: 'unreachable',
  ECONNECTION: 'ended',
  ETIMEDOUT: 'silent',
  EABORT: 'silent',
  EDNS: 'unknown name',
  ETLS: 'not secure',
  EPROTOCOL: 'not a mail server',
  EAUTH: 'login refused',
  ENOAUTH: 'login wanted',
};

const REFUSED: Partial<Record<string, MailFault['what']>> = { 'RCPT TO': 'address', 'MAIL FROM': 'sender' };

/**
 * Says of what nodemailer throws why the mail did not go out and what to do about it. A 5xx answer to this recipient or this mail is
 * for good, a 4xx one passes (RFC 5321, 4.2.1); whatever concerns connection, login or sender can be put right and is tried again.
 */
export function explainFault(error: unknown): FailedTry {
  const { code = 'unknown', command = '', responseCode, permanent = false } = error as NodemailerError;
  if ((code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== 421) {
    if (command === 'API') return { fault: { code: 'no address' }, code, lasting: true, ofServer: false };
    const what = REFUSED[command] ?? 'mail';
    const status = responseCode === undefined ? {} : { status: responseCode };
    return {
      fault: { code: permanent ? 'refused' : 'later', what, ...status },
      code,
      lasting: permanent && what !== 'sender',
      ofServer: what === 'sender',
    };
  }
  return {
    fault: { code: BEFORE[code] ?? 'unsent' },
    code,
    lasting: false,
    ofServer: code in BEFORE,
  };
}
