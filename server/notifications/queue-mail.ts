import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Notification } from '../models/notification.js';

export interface Mail {
  /** The account on whose outbox page the mail is listed; absent when it concerns several. */
  account?: Types.ObjectId;
  event?: Types.ObjectId;
  kind: string;
  to: string;
  /** Where answers go; absent: to the sender. */
  replyTo?: string;
  subject: string;
  text: string;
  ics?: string;
  /** What the mail is about; a second one with the same key is not queued. */
  key: string;
  /** Holds a link that logs in or sets a password. */
  secret?: boolean;
}

/** Puts a mail into the outbox and wakes its delivery. Saying the same thing twice queues it once. */
export async function queueMail(deps: Pick<Deps, 'config' | 'queue' | 'now'>, mail: Mail): Promise<void> {
  const now = deps.now();
  try {
    await Notification.create({
      ...mail,
      state: deps.config.smtpUrl ? 'queued' : 'kept',
      nextAt: now,
      createdAt: now,
    });
  } catch (error) {
    if (isDuplicateKey(error)) return;
    throw error;
  }
  if (deps.config.smtpUrl) await deps.queue.add('deliver-notifications', 'outbox');
}
