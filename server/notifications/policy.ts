import type { Notification } from '../models/notification.js';
import { atLeast, type AccessLevel } from '../models/user.js';

/**
 * Who may read a mail's text on an outbox page. A mail with a secret link opens somebody's login: it is for administrators of the whole account, and
 * only while it cannot reach the person itself. Kept without a mail server, it is how a password link gets to people at all.
 * @param level held in the whole account
 */
export function mayReadText(mail: Pick<Notification, 'secret' | 'state'>, level: AccessLevel): boolean {
  if (!mail.secret) return true;
  return (mail.state === 'kept' || mail.state === 'failed') && atLeast(level, 'administrator');
}

/** Whether a person may ask for a mail to be sent: it was kept, or given up on. Not to whoever wants none. */
export function maySend(mail: Pick<Notification, 'state' | 'fault'>, smtpUrl: string | undefined): boolean {
  const isWanted = mail.fault?.code !== 'unsubscribed';
  return smtpUrl !== undefined && isWanted && SENDABLE.some((state) => state === mail.state);
}

export const SENDABLE: readonly Notification['state'][] = ['kept', 'failed'];
