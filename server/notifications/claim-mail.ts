import type { UpdateQuery } from 'mongoose';
import { Notification } from '../models/notification.js';
import type { FailedTry } from './explain-fault.js';

const MINUTE = 60_000;

/** How long a claimed mail belongs to its worker; much longer than sending one may take. */
const LEASE_MS = 5 * MINUTE;

/** Minutes until the next attempt, after the first, the second …: about a day in total. */
const WAITS = [1, 5, 15, 60, 3 * 60, 6 * 60, 12 * 60];

export const MOST_TRIES = WAITS.length + 1;

/**
 * Claims the mail that has waited longest, or one whose worker has been silent for the length of the lease. Mails of mailings come last, so
 * that nobody waits for a login link behind an announcement. Its number of `attempts` identifies the claim: only its holder can record the
 * result.
 */
export async function claimMail(now: Date): Promise<Notification | null> {
  return Notification.findOneAndUpdate(
    { state: { $in: ['queued', 'sending'] }, nextAt: { $lte: now } },
    { $set: { state: 'sending', nextAt: new Date(now.getTime() + LEASE_MS) }, $inc: { attempts: 1 } },
    // A mail of no mailing sorts before all others, and the index has this order: no list of waiting mails is sorted.
    { sort: { mailing: 1, nextAt: 1 }, hint: { state: 1, mailing: 1, nextAt: 1 }, returnDocument: 'after' },
  ).lean();
}

/** Records the result of a claimed mail: sent, to be tried again later, or failed. A lost claim changes nothing. */
export async function recordTry(
  mail: Notification,
  failed: FailedTry | undefined,
  now: Date,
): Promise<Notification['state']> {
  const wait = WAITS[mail.attempts - 1];
  const again = wait === undefined ? undefined : new Date(now.getTime() + wait * MINUTE);
  let change: UpdateQuery<Notification>;
  let state: Notification['state'];
  if (!failed) {
    state = 'sent';
    // A link that logs in is not needed here any more, so it is removed: nobody may find it later.
    change = { $set: { state, sentAt: now, ...(mail.secret ? { text: '' } : {}) }, $unset: { fault: true } };
  } else if (failed.lasting || !again || (mail.notAfter && again >= mail.notAfter)) {
    state = 'failed';
    change = { $set: { state, fault: failed.fault } };
  } else {
    state = 'queued';
    change = { $set: { state, fault: failed.fault, nextAt: again } };
  }
  await Notification.updateOne({ _id: mail._id, state: 'sending', attempts: mail.attempts }, change);
  return state;
}

/** Without a mail server nothing waits to be sent: mails from before the setting was removed are kept to be read. */
export async function keepWaitingMails(now: Date): Promise<void> {
  const abandoned = { state: 'sending', nextAt: { $lte: now } } as const;
  await Notification.updateMany({ $or: [{ state: 'queued' }, abandoned] }, { $set: { state: 'kept' } });
}
