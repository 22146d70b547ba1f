import type { Types } from 'mongoose';
import { childName } from '../booking/queries.js';
import type { Deps } from '../deps.js';
import { Contact } from '../models/contact.js';
import { User } from '../models/user.js';
import { queueMail } from '../notifications/queue-mail.js';
import { inLanguage, readerCalled } from '../web/read-language.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import type { Family } from './load-conference.js';

/** Tells the other adults of a household, in their language, that one of them parted with a child: it is gone for all of them. */
export async function tellDropped(
  deps: Deps,
  { account, event, household, actor }: Family,
  student: Types.ObjectId,
  at: Date,
): Promise<void> {
  const others = household.adults.filter((id) => !id.equals(actor.user));
  if (others.length === 0) return;
  const [adults, contact] = await Promise.all([
    User.find({ _id: { $in: others }, emailProvenAt: { $exists: true } }).lean(),
    Contact.findOne({ _id: student, account: account._id }, { firstName: 1, lastName: 1 }).lean(),
  ]);
  for (const adult of adults) {
    const reader = readerCalled(adult.language, account);
    const t = wordsOf(reader);
    const child = childName(contact ?? undefined, t);
    const office = callOffice({ ...reader, office: event.office });
    await queueMail(deps, {
      account: account._id,
      kind: 'access changed',
      to: adult.email,
      ...inLanguage(reader),
      subject: t('mails.droppedSubject', { school: account.name, child }),
      text: t('mails.dropped', { name: adult.name, child, school: account.name, office }),
      key: `dropped:${student.toHexString()}:${adult._id.toHexString()}:${String(at.getTime())}`,
    });
  }
}
