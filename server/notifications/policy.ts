import type { Notification } from '../models/notification.js';
import { atLeast, type AccessLevel } from '../models/user.js';

/**
 * Who may read a mail's text on an outbox page. A secret link opens somebody's login, so only administrators of the whole account see it,
 * and only while the mail cannot reach its recipient: without a mail server this is how people get password links at all.
 * Nobody sees a link to log in: it is made only where mails go out, and may open the login at other schools too.
 * @param level in the whole account
 */
export function mayReadText(
  mail: Pick<Notification, 'secret' | 'state' | 'kind'>,
  level: AccessLevel,
): boolean {
  if (!mail.secret) return true;
  if (mail.kind === 'log in') return false;
  return (mail.state === 'kept' || mail.state === 'failed') && atLeast(level, 'administrator');
}

/**
 * Whether a person may ask for a mail to be sent: it was kept or has failed, and its recipient has not unsubscribed, and what it says
 * still holds. Not a link to log in: it works for minutes only, and who wants one asks for a new one.
 */
export function maySend(
  mail: Pick<Notification, 'kind' | 'state' | 'fault' | 'notAfter'>,
  smtpUrl: string | undefined,
  now: Date,
): boolean {
  const holds = !mail.notAfter || (mail.notAfter > now && mail.kind !== 'log in');
  const isWanted = mail.fault?.code !== 'unsubscribed' && holds;
  return smtpUrl !== undefined && isWanted && SENDABLE.some((state) => state === mail.state);
}

/** The same of its end, as a filter. */
export function stillHolds(now: Date) {
  return { $or: [{ notAfter: { $exists: false } }, { notAfter: { $gt: now }, kind: { $ne: 'log in' } }] };
}

export const SENDABLE: readonly Notification['state'][] = ['kept', 'failed'];
