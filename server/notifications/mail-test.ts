import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Notification } from '../models/notification.js';
import type { Actor } from '../web/actor.js';
import { queueMail } from './queue-mail.js';

/** Writes a mail to whoever asks, to see whether mails arrive; two clicks within a minute are one. @returns it; undefined without a mail server */
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
