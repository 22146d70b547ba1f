import nodemailer from 'nodemailer';
import type { Config } from '../config.js';
import type { Notification } from '../models/notification.js';
import { ENGLISH, languageCalled, wordsOf } from '../web/words.js';
import type { MailLogo } from './load-logo.js';
import { LOGO_ID, writeHtml } from './write-html.js';
import { withoutMarks } from './link-text.js';
import { explainFault, type FailedTry } from './explain-fault.js';
import { signLink } from './unsubscribing/sign-link.js';

/** The longest that one mail may take, whatever the server does; much shorter than the lease on a claimed mail. */
const SEND_MS = 60_000;

type Sender = Pick<Config, 'publicUrl' | 'mailFrom' | 'appSecret'>;

export interface MailServer {
  /**
   * Sends one mail with its school's logo.
   * @returns why it did not go out, or undefined
   */
  send(mail: Notification, logo?: MailLogo): Promise<FailedTry | undefined>;
  /** Ends its connections. */
  close(): void;
}

/**
 * The mail server of SMTP_URL, with a few connections that stay open while mails follow each other. Every wait is limited; the address'
 * query may set other limits (`?socketTimeout=…`), which nodemailer reads.
 */
export function openMailServer(config: Sender, smtpUrl: string, connections: number): MailServer {
  const transport = nodemailer.createTransport({
    pool: true,
    connectionTimeout: 10_000,
    dnsTimeout: 10_000,
    greetingTimeout: 15_000,
    socketTimeout: 30_000,
    maxConnections: connections,
    // This only affects mails that had not begun: the outbox handles the others.
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

/** A mail as nodemailer takes it. */
export function compose(mail: Notification, config: Sender, logo?: MailLogo) {
  const { publicUrl, mailFrom } = config;
  const way = mail.mayUnsubscribe && mail.account ? signLink(config, mail.account, mail.to) : undefined;
  const language = languageCalled(mail.language);
  const t = language ? wordsOf(language) : ENGLISH;
  const footer = t('mails.footer');
  const plain = withoutMarks(mail.text);
  const method = /^METHOD:([A-Z]+)/m.exec(mail.ics ?? '')?.[1] ?? 'PUBLISH';
  return {
    // The Message-ID identifies a mail that is sent again because its worker died.
    messageId: `<${mail._id.toHexString()}@${new URL(publicUrl).hostname}>`,
    from: mailFrom,
    // As an object, so that one address is never read as several.
    to: { name: '', address: mail.to },
    ...(mail.replyTo ? { replyTo: { name: '', address: mail.replyTo } } : {}),
    subject: mail.subject,
    text: way ? `${plain.trimEnd()}\n\n-- \n${footer}\n${t('mails.unsubscribeAt', { link: way })}\n` : plain,
    html: writeHtml(mail.text, publicUrl, {
      t,
      ...(language ? { language } : {}),
      ...(way ? { footer, way } : {}),
      ...(logo ? { logo } : {}),
    }),
    headers: {
      // This asks out-of-office replies not to answer (RFC 3834).
      'Auto-Submitted': 'auto-generated',
      // With these headers, mail programs show a button to unsubscribe (RFC 8058).
      ...(way
        ? { 'List-Unsubscribe': `<${way}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
        : {}),
    },
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
