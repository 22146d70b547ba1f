import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { duplicatesAmong, isDuplicateKey } from '../models/duplicate-key.js';
import { Notification } from '../models/notification.js';
import { writesTo, type Write } from '../models/write-together.js';

/** A mail as it is queued. A second one with the same `key` is not queued. */
export interface Mail extends Omit<
  Notification,
  '_id' | 'state' | 'attempts' | 'nextAt' | 'secret' | 'createdAt' | 'sentAt' | 'fault'
> {
  /** It contains a link that logs in or sets a password. */
  secret?: boolean;
  /** Not before then; absent: at once. */
  notBefore?: Date;
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
