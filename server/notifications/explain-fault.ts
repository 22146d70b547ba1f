import type { NodemailerError } from 'nodemailer';
import type { MailFault } from '../models/notification.js';

/** A failed attempt. */
export interface FailedTry {
  /** As the outbox keeps it. */
  fault: MailFault;
  /** For the log. */
  code: string;
  /** Another attempt would not help. */
  lasting: boolean;
  /** Every other mail would fail in the same way. */
  ofServer: boolean;
}

/** A mail whose worker died at every attempt; the mail may be the cause. */
export const CUT_OFF: FailedTry = {
  fault: { code: 'cut off' },
  code: 'cut off',
  lasting: true,
  ofServer: false,
};

/** The recipient unsubscribed while it waited. */
export const UNSUBSCRIBED: FailedTry = {
  fault: { code: 'unsubscribed' },
  code: 'unsubscribed',
  lasting: true,
  ofServer: false,
};

/** What it says no longer held when it was its turn. */
export const TOO_LATE: FailedTry = {
  fault: { code: 'too late' },
  code: 'too late',
  lasting: true,
  ofServer: false,
};

/** Faults before the server answered, by nodemailer's codes (its errors.ts). */
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
 * Turns an error of nodemailer's into the reason why the mail did not go out. A 5xx answer about this recipient or this mail is final, a
 * 4xx answer is temporary (RFC 5321, 4.2.1). Faults of connection, login or sender can be repaired, so the mail is tried again.
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
