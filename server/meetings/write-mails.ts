import type { Types } from 'mongoose';
import type { Account } from '../models/account.js';
import { Contact, contactName } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import type { MessageKind } from '../models/message.js';
import { User } from '../models/user.js';
import type { Mail } from '../notifications/queue-mail.js';
import { findUnsubscribed } from '../notifications/unsubscribing/find-unsubscribed.js';
import { placed, type PlacedEvent } from '../web/place.js';
import { inLanguage, readerCalled } from '../web/read-language.js';
import { answersTo } from '../web/say-office.js';

export interface Addressee {
  _id: Types.ObjectId;
  name: string;
  email: string;
  /** The code of the language that they chose, if any. */
  language?: string;
  /** When the school blocked them: they hear only that meetings are canceled which they knew of. */
  blockedAt?: Date;
}

/** The parts of a mail that differ from one occasion to another. */
type Written = Omit<Mail, 'account' | 'event' | 'to' | 'replyTo' | 'language' | 'key'>;

/**
 * Makes a mail about an event for each of some adults, in their language.
 * @param key names the occasion; the adult is added
 * @param write makes the mail for one adult, from the event as they read it; undefined for no mail
 */
export function addressMails(
  { event, account }: { event: Event; account: Account },
  adults: Addressee[],
  key: string,
  write: (place: PlacedEvent, adult: Addressee) => Written | undefined,
): Mail[] {
  return adults.flatMap((adult) => {
    const reader = readerCalled(adult.language, account);
    const written = write(placed(event, reader), adult);
    if (!written) return [];
    return [
      {
        account: account._id,
        event: event._id,
        to: adult.email.toLowerCase(),
        ...answersTo(event),
        ...written,
        ...inLanguage(reader),
        key: `${key}:${adult._id.toHexString()}`,
      },
    ];
  });
}

/** Puts the school's notice before a text of the event's own that has no macro for it. */
export function withNotice(text: string, notice: string): string {
  return text.includes(notice) ? text : `${notice}\n\n${text}`;
}

/**
 * The addressees of a household's mails: its adults with a proven address whom the school has not blocked, or the adult of the roster for
 * whom the school keeps it.
 */
export async function addresseesOf({
  account,
  adults,
  keptFor,
}: Pick<Household, 'account' | 'adults' | 'keptFor'>): Promise<Addressee[]> {
  if (!keptFor)
    return User.find(
      { _id: { $in: adults }, ...mayBeTold(account) },
      { name: 1, email: 1, language: 1 },
    ).lean();
  const contact = await Contact.findOne({
    _id: keptFor,
    account,
    type: { $ne: 'student' },
    status: 'active',
  }).lean();
  if (!contact?.email) return [];
  return [{ _id: contact._id, name: contactName(contact), email: contact.email }];
}

/** The same of a household that was not read yet. One command, where the adults have logins. */
export async function addresseesIn(account: Types.ObjectId, household: Types.ObjectId): Promise<Addressee[]> {
  const [found] = await Household.aggregate<Household & { told: Addressee[] }>([
    { $match: { _id: household, account } },
    {
      $lookup: {
        from: User.collection.name,
        localField: 'adults',
        foreignField: '_id',
        pipeline: [{ $match: mayBeTold(account) }, { $project: { name: 1, email: 1, language: 1 } }],
        as: 'told',
      },
    },
  ]);
  if (!found) return [];
  return found.keptFor ? addresseesOf(found) : found.told;
}

/**
 * The logins that may be told where a child will be. An address that nobody has proven may be a stranger's, and whom the school has blocked
 * it keeps away.
 */
function mayBeTold(account: Types.ObjectId) {
  return { emailProvenAt: { $exists: true }, 'blocks.account': { $ne: account } };
}

/** Leaves out people who want no reminders. They still get all other mails. */
export async function withoutUnsubscribed(
  news: MessageKind,
  account: Types.ObjectId,
  addressees: Addressee[],
): Promise<Addressee[]> {
  if (news !== 'reminder') return addressees;
  const emailOf = ({ email }: Addressee) => email.toLowerCase();
  const without = await findUnsubscribed(account, addressees.map(emailOf));
  return addressees.filter((one) => !without.has(emailOf(one)));
}
