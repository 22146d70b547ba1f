import nodemailer from 'nodemailer';
import type { Config } from '../config.js';
import type { Notification } from '../models/notification.js';
import type { MailLogo } from './load-logo.js';
import { LOGO_ID, writeHtml } from './write-html.js';
import { explainFault, type FailedTry } from './explain-fault.js';

/** The longest that one mail may take, whatever the server does; far below the lease on a claimed mail. */
const SEND_MS = 60_000;

export interface MailServer {
  /** Sends one mail, under its school's logo. @returns why it did not go out, or undefined */
  send(mail: Notification, logo?: MailLogo): Promise<FailedTry | undefined>;
  /** Ends its connections. */
  close(): void;
}

/**
 * The mail server of SMTP_URL, with a few connections that are kept while mails follow each other. Each wait is bounded;
 * the address' own query may set other bounds (`?socketTimeout=…`), as nodemailer reads it.
 */
export function openMailServer(
  config: Pick<Config, 'publicUrl' | 'mailFrom'>,
  smtpUrl: string,
  connections: number,
): MailServer {
  const transport = nodemailer.createTransport({
    pool: true,
    connectionTimeout: 10_000,
    dnsTimeout: 10_000,
    greetingTimeout: 15_000,
    socketTimeout: 30_000,
    maxConnections: connections,
    // Only of mails that had not begun: the outbox does the rest.
    maxRequeues: 1,
    url: smtpUrl,
  });
  return {
    async send(mail, logo) {
      try {
        await transport.sendMail({ ...compose(mail, config, logo), signal: AbortSignal.timeout(SEND_MS) });
        return undefined;
      } catch (error) {
        return explainFault(error);
      }
    },
    close: () => transport.close(),
  };
}

function compose(
  mail: Notification,
  { publicUrl, mailFrom }: Pick<Config, 'publicUrl' | 'mailFrom'>,
  logo?: MailLogo,
) {
  const method = /^METHOD:([A-Z]+)/m.exec(mail.ics ?? '')?.[1] ?? 'PUBLISH';
  return {
    // A mail that is sent again, because its worker died, can be known by this.
    messageId: `<${mail._id.toHexString()}@${new URL(publicUrl).hostname}>`,
    from: mailFrom,
    // As an object, so that one address is never read as several.
    to: { name: '', address: mail.to },
    ...(mail.replyTo ? { replyTo: { name: '', address: mail.replyTo } } : {}),
    subject: mail.subject,
    text: mail.text,
    ...(logo ? { html: writeHtml(mail.text, publicUrl, logo) } : {}),
    // Asks for no answer from holiday notices (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    attachments: [
      ...(mail.ics
        ? [
            {
              filename: 'meeting.ics',
              content: mail.ics,
              contentType: `text/calendar; charset=utf-8; method=${method}`,
            },
          ]
        : []),
      ...(logo ? [{ filename: 'logo', content: logo.data, contentType: logo.type, cid: LOGO_ID }] : []),
    ],
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
