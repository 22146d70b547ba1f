import type { Types } from 'mongoose';
import { childName } from '../meetings/name-meetings.js';
import type { Deps } from '../deps.js';
import type { Contact } from '../models/contact.js';
import { User } from '../models/user.js';
import { queueMail, type Mail } from '../notifications/queue-mail.js';
import { inLanguage, readerCalled } from '../web/read-language.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import type { Family } from './load-conference.js';

/** News about a child. */
export interface ChildNews {
  /** Keys of the catalog. */
  subject: string;
  text: string;
  kind: Mail['kind'];
  child: Pick<Contact, 'firstName' | 'lastName'>;
  /** Names the news. The adult and the time are added, so that a repeated event is told again. */
  key: string;
}

/** Mails other adults, each in their language, that something happened to a child. Nothing goes to an unproven address. */
export async function tellAdults(
  deps: Deps,
  { account, event }: Family,
  adults: Types.ObjectId[],
  { subject, text, kind, child: contact, key }: ChildNews,
): Promise<void> {
  if (adults.length === 0) return;
  const told = await User.find({ _id: { $in: adults }, emailProvenAt: { $exists: true } }).lean();
  for (const adult of told) {
    const reader = readerCalled(adult.language, account);
    const t = wordsOf(reader);
    const child = childName(contact, t);
    const office = callOffice({ ...reader, office: event.office });
    const about = { name: adult.name, child, school: account.name, office };
    await queueMail(deps, {
      account: account._id,
      kind,
      to: adult.email,
      ...inLanguage(reader),
      subject: t(subject, about),
      text: t(text, about),
      key: `${key}:${adult._id.toHexString()}:${String(deps.now().getTime())}`,
    });
  }
}
