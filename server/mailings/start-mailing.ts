import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import type { Event } from '../models/event.js';
import { Mailing, type MailingNumbers } from '../models/mailing.js';
import type { Actor } from '../web/actor.js';

type Asked = Pick<Mailing, '_id' | 'kind' | 'group' | 'subject' | 'text' | 'sendAt'> & {
  numbers: MailingNumbers;
  nth?: number;
};

export type MailingStarted =
  | { ok: true; mailing: Mailing['_id'] }
  | { ok: false; reason: 'no mail server' | 'nobody' | 'announced meanwhile' | 'used' };

/** Notes a mailing and asks a worker to send it when its time has come. The same click twice is one mailing. */
export async function startMailing(
  deps: Deps,
  actor: Actor,
  { _id: event, account }: Pick<Event, '_id' | 'account'>,
  asked: Asked,
): Promise<MailingStarted> {
  const isKnown = () => Mailing.exists({ _id: asked._id, account, event });
  if (await isKnown()) return { ok: true, mailing: asked._id };
  if (!deps.config.smtpUrl) return { ok: false, reason: 'no mail server' };
  if (asked.numbers.mails === 0) return { ok: false, reason: 'nobody' };
  const now = deps.now();
  try {
    await Mailing.create({ ...asked, account, event, by: actor.user, state: 'scheduled', createdAt: now });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    if (await isKnown()) return { ok: true, mailing: asked._id };
    return { ok: false, reason: asked.nth === undefined ? 'used' : 'announced meanwhile' };
  }
  await recordAudit({
    ...{ account, event, user: actor.user, at: now, targets: [asked._id] },
    action: asked.kind === 'announcement' ? 'announce booking' : 'send group email',
    detail: { group: asked.group.kind, mails: asked.numbers.mails, sendAt: asked.sendAt },
  });
  if (asked.sendAt <= now) await deps.queue.add('send-mailing', asked._id.toHexString());
  return { ok: true, mailing: asked._id };
}
