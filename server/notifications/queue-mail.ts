import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { duplicatesAmong, isDuplicateKey } from '../models/duplicate-key.js';
import { Notification } from '../models/notification.js';
import { writesTo, type Write } from '../models/write-together.js';

export interface Mail {
  /** The account whose outbox lists the mail; absent if it concerns several. */
  account?: Types.ObjectId;
  event?: Types.ObjectId;
  kind: string;
  to: string;
  /** Where replies go; absent: to the sender. */
  replyTo?: string;
  subject: string;
  text: string;
  /** The code of its language; absent: English. */
  language?: string;
  ics?: string;
  /** The occasion of the mail; a second mail with the same key is not queued. */
  key: string;
  /** It contains a link that logs in or sets a password. */
  secret?: boolean;
  /** The mailing that it belongs to. */
  mailing?: Types.ObjectId;
  /** Not before then; absent: at once. */
  notBefore?: Date;
  /** Not after then: its link no longer works. */
  notAfter?: Date;
  /** A reminder or a mail to a group: it has a link to unsubscribe. */
  mayUnsubscribe?: boolean;
}

type Sending = Pick<Deps, 'config' | 'queue' | 'now'>;

/** Puts a mail into the outbox and wakes up delivery. A mail with the same key is queued once. */
export async function queueMail(deps: Sending, mail: Mail): Promise<void> {
  try {
    await Notification.create(asQueued(deps, mail));
  } catch (error) {
    if (isDuplicateKey(error)) return;
    throw error;
  }
  await wakeDelivery(deps);
}

/** The same for many mails in one write; mails that were queued before stay as they are. */
export async function queueMails(deps: Sending, mails: Mail[]): Promise<void> {
  if (mails.length === 0) return;
  const queued = mails.map((mail) => asQueued(deps, mail));
  await Notification.insertMany(queued, { ordered: false }).catch((error: unknown) => {
    if (!duplicatesAmong(error)) throw error;
  });
  await wakeDelivery(deps);
}

/** The same as writes, for who makes them together with others and wakes the delivery; one that was queued before is refused. */
export function mailWrites(deps: Sending, mails: Mail[]): Write[] {
  const documents = mails.map((mail) => ({ ...asQueued(deps, mail), _id: new Types.ObjectId() }));
  return writesTo<Notification>(
    Notification,
    documents.map((document) => ({ insertOne: { document: document as Notification } })),
  );
}

/** Has what waits be sent now, where there is a mail server. */
export async function wakeDelivery(deps: Sending): Promise<void> {
  if (deps.config.smtpUrl) await deps.queue.add('deliver-notifications', 'outbox');
}

function asQueued({ config, now }: Sending, { notBefore, ...mail }: Mail) {
  const at = now();
  return {
    ...mail,
    state: config.smtpUrl ? ('queued' as const) : ('kept' as const),
    nextAt: notBefore ?? at,
    createdAt: at,
  };
}
