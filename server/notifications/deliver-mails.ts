import type { Deps } from '../deps.js';
import { claimMail, keepWaitingMails, MOST_TRIES, recordTry } from './claim-mail.js';
import { CUT_OFF, UNSUBSCRIBED, type FailedTry } from './explain-fault.js';
import { findLogos, type LogoOf } from './load-logo.js';
import { openMailServer, type MailServer } from './send-mail.js';
import { findUnsubscribed } from './unsubscribing/find-unsubscribed.js';
import type { Notification } from '../models/notification.js';

/** Mails under way at once. */
const LANES = 4;

/**
 * Sends every mail whose time has come, a few at once; stops between mails when asked. Any number of workers may do this together.
 * A fault of the mail server rather than of one mail ends the round: the others wait for the next one without spending a try.
 * SMTP cannot tell whether a mail whose worker died had gone out: it is sent again under the same Message-ID.
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
    // All are waited for, also when one fails: the database may be gone for a moment.
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
    const failed = (await findObstacle(mail)) ?? (await server.send(mail, await logoOf(mail.account)));
    const state = await recordTry(mail, failed, deps.now());
    if (failed)
      deps.log.warn({ mail: mail._id, code: failed.code, attempts: mail.attempts, state }, 'mail not sent');
    if (failed?.ofServer) down.abort();
  }
}

/** Why a mail is not even tried. */
async function findObstacle({
  account,
  to,
  attempts,
  mayUnsubscribe,
}: Notification): Promise<FailedTry | undefined> {
  if (attempts > MOST_TRIES) return CUT_OFF;
  if (!mayUnsubscribe || !account) return undefined;
  return (await findUnsubscribed(account, [to])).has(to) ? UNSUBSCRIBED : undefined;
}
