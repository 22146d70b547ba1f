import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { contentHash } from '../models/content-hash.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import type { Event } from '../models/event.js';
import { Mailing, type MailingNumbers } from '../models/mailing.js';
import type { Actor } from '../web/actor.js';

type Asked = Pick<Mailing, '_id' | 'kind' | 'group' | 'subject' | 'text' | 'translations' | 'sendAt'> & {
  numbers: MailingNumbers;
  nth?: number;
};

export type MailingStarted =
  | { ok: true; mailing: Mailing['_id'] }
  | { ok: false; reason: 'no mail server' | 'nobody' | 'announced meanwhile' | 'used' };

/**
 * Stores a mailing and asks a worker to send it when its time has come. The same click twice makes one mailing. If the form was changed
 * since, it is refused, because its new text would go to nobody.
 */
export async function startMailing(
  deps: Deps,
  actor: Actor,
  { _id: event, account }: Pick<Event, '_id' | 'account'>,
  asked: Asked,
): Promise<MailingStarted> {
  const findKnown = async (): Promise<MailingStarted | undefined> => {
    const known = await Mailing.findOne({ _id: asked._id, account, event }).lean();
    if (!known) return undefined;
    return isSame(known, asked, deps.now())
      ? { ok: true, mailing: asked._id }
      : { ok: false, reason: 'used' };
  };
  const known = await findKnown();
  if (known) return known;
  if (!deps.config.smtpUrl) return { ok: false, reason: 'no mail server' };
  if (asked.numbers.mails === 0) return { ok: false, reason: 'nobody' };
  const now = deps.now();
  try {
    await Mailing.create({ ...asked, account, event, by: actor.user, state: 'scheduled', createdAt: now });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const meanwhile = await findKnown();
    if (meanwhile) return meanwhile;
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

/** Whether a mailing is what the form asks for. Two clicks on Now have two times. */
function isSame(known: Mailing, asked: Asked, now: Date): boolean {
  const hashOf = ({ group, subject, text, translations = {} }: Asked | Mailing) =>
    contentHash([group, subject, text, translations]);
  if (hashOf(known) !== hashOf(asked)) return false;
  return +known.sendAt === +asked.sendAt || (known.sendAt <= now && asked.sendAt <= now);
}
