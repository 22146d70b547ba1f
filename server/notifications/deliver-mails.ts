import type { Deps } from '../deps.js';
import { claimMail, keepWaitingMails, MOST_TRIES, recordTry } from './claim-mail.js';
import { CUT_OFF, TOO_LATE, UNSUBSCRIBED, type FailedTry } from './explain-fault.js';
import { findLogos, type LogoOf } from './load-logo.js';
import { openMailServer, type MailServer } from './send-mail.js';
import { findUnsubscribed } from './unsubscribing/find-unsubscribed.js';
import type { Notification } from '../models/notification.js';

/** The most mails under way at once. */
const LANES = 4;

/**
 * Sends every mail that is due, a few at once; stops between mails when told to. Any number of workers may do this together. If the fault
 * is the mail server's rather than one mail's, the round ends: the other mails wait for the next round without losing an attempt. If a
 * worker dies, SMTP cannot tell whether its mail went out, so it is sent again with the same Message-ID.
 */
export async function deliverMails(
  deps: Pick<Deps, 'config' | 'log' | 'now'>,
  stopping: AbortSignal,
): Promise<void> {
  if (!deps.config.smtpUrl) {
    await keepWaitingMails(deps.now());
    return;
  }
  const logoOf = findLogos();
  const server = openMailServer(deps.config, deps.config.smtpUrl, LANES);
  const down = new AbortController();
  const halt = AbortSignal.any([stopping, down.signal]);
  try {
    const lanes = Array.from({ length: LANES }, () => workLane(deps, { server, logoOf }, halt, down));
    // All are awaited, even if one fails: the database may be away for a moment.
    const failed = (await Promise.allSettled(lanes)).find((lane) => lane.status === 'rejected');
    if (failed) throw failed.reason;
  } finally {
    server.close();
  }
}

async function workLane(
  deps: Pick<Deps, 'log' | 'now'>,
  { server, logoOf }: { server: MailServer; logoOf: LogoOf },
  halt: AbortSignal,
  down: AbortController,
): Promise<void> {
  while (!halt.aborted) {
    const mail = await claimMail(deps.now());
    if (!mail) return;
    const failed =
      (await findObstacle(mail, deps.now())) ?? (await server.send(mail, await logoOf(mail.account)));
    const state = await recordTry(mail, failed, deps.now());
    if (failed)
      deps.log.warn({ mail: mail._id, code: failed.code, attempts: mail.attempts, state }, 'mail not sent');
    if (failed?.ofServer) down.abort();
  }
}

/** Why a mail is not sent at all. */
async function findObstacle(
  { account, to, attempts, notAfter, mayUnsubscribe }: Notification,
  now: Date,
): Promise<FailedTry | undefined> {
  if (attempts > MOST_TRIES) return CUT_OFF;
  if (notAfter && notAfter <= now) return TOO_LATE;
  if (!mayUnsubscribe || !account) return undefined;
  return (await findUnsubscribed(account, [to])).has(to) ? UNSUBSCRIBED : undefined;
}
