import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Notification } from '../models/notification.js';
import type { Actor } from '../web/actor.js';
import { queueMail } from './queue-mail.js';

/**
 * Sends a test mail to the person who asks, to see whether mails arrive. Two clicks within a minute send one.
 * @returns the mail; undefined without a mail server
 */
export async function mailTest(deps: Deps, actor: Actor): Promise<Types.ObjectId | undefined> {
  if (!deps.config.smtpUrl) return undefined;
  const now = deps.now();
  const { account, accountName, email, name, user } = actor;
  const key = `test:${user.toHexString()}:${String(Math.floor(now.getTime() / 60_000))}`;
  await queueMail(deps, {
    ...{ account, kind: 'test', to: email, key },
    subject: `Test email from ${accountName}`,
    text: `Hello ${name},\n\nThis is the test email that you asked for in Slotbell. Emails from ${accountName} arrive at this address.\n\n${deps.config.publicUrl}/global-setup/outbox\n`,
  });
  const mail = await Notification.findOne({ key, account }, { _id: 1 }).lean();
  if (mail) await recordAudit({ account, user, action: 'send test mail', targets: [mail._id], at: now });
  return mail?._id;
}
