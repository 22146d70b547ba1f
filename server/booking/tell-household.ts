import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import type { Appointment } from '../models/appointment.js';
import { Contact, contactName } from '../models/contact.js';
import { Event } from '../models/event.js';
import { ask, findTogether } from '../models/find-together.js';
import { Household } from '../models/household.js';
import type { MessageKind } from '../models/message.js';
import { User } from '../models/user.js';
import { textOf } from '../notifications/messages/default-texts.js';
import { writeMessage } from '../notifications/messages/write-message.js';
import { queueMail, type Mail } from '../notifications/queue-mail.js';
import { findUnsubscribed } from '../notifications/unsubscribing/find-unsubscribed.js';
import { placed } from '../web/place.js';
import { inLanguage, readerCalled } from '../web/read-language.js';
import { answersTo } from '../web/say-office.js';
import { wordsOf, type Words } from '../web/words.js';
import { nameMeetings, questionsAbout } from './queries.js';
import { writeCalendar } from './write-calendar.js';
import { valuesOf } from './write-values.js';

/**
 * Mails the adults of an appointment's household what became of it, or reminds them of it, in the event's words; what changes their
 * calendar comes with a calendar file. Saying it twice queues it once. Nothing goes to an address that nobody has proven: it may be a
 * stranger's.
 * @param once tells news of one kind about one appointment apart, such as two reminders
 * @param notice the school's words to the family
 * @param say says the news in words of its own, where it is none of the usual, in the words of whoever reads it
 */
export async function tellHousehold(
  deps: Deps,
  appointment: Appointment,
  news: MessageKind,
  once = '',
  notice = appointment.notice ?? '',
  say?: Say,
): Promise<void> {
  const facts = await readFacts(appointment);
  const words = { once, notice, ...(say ? { say } : {}) };
  for (const mail of await writeMails(deps, { appointment, facts }, news, words)) await queueMail(deps, mail);
}

export type Facts = Awaited<ReturnType<typeof readFacts>>;

/** All that is told of an appointment, or of several of one household and event, and whom, by one command. */
export function readFacts(appointment: Appointment, all = [appointment]) {
  const ofHousehold = { _id: appointment.household };
  return findTogether({
    ...questionsAbout(all),
    households: ask<Household>(Household, ofHousehold),
    adults: ask<Household, Addressee>(
      Household,
      { ...ofHousehold, keptFor: { $exists: false } },
      {
        $lookup: {
          from: User.collection.name,
          localField: 'adults',
          foreignField: '_id',
          pipeline: [
            { $match: { emailProvenAt: { $exists: true } } },
            { $project: { name: 1, email: 1, language: 1 } },
          ],
          as: 'adults',
        },
      },
      { $unwind: '$adults' },
      { $replaceRoot: { newRoot: '$adults' } },
    ),
    events: ask<Event>(Event, { _id: appointment.event }),
    accounts: ask<Account>(Account, { _id: appointment.account }),
  });
}

/** Says something in the words of whoever reads it. */
export type Say = (t: Words) => string;

/** When a meeting was before it was moved. */
type Was = Pick<Appointment, 'from' | 'to'>;

/** What `tellHousehold` mails. */
export async function writeMails(
  deps: Deps,
  { appointment, facts }: { appointment: Appointment; facts: Facts },
  news: MessageKind,
  {
    about = appointment._id.toHexString(),
    once = '',
    notice: words = appointment.notice ?? '',
    say,
    // What the school moved says itself when it was before; of who sits in it there is no before.
    before = news === 'changed' && !say ? appointment.moved : undefined,
  }: { about?: string; once?: string; notice?: string; say?: Say; before?: Was | undefined } = {},
): Promise<Mail[]> {
  const {
    households: [household],
    events: [event],
    accounts: [account],
  } = facts;
  if (!household || !event || !account) return [];
  const addressees = household.keptFor ? await addresseesOf(household) : facts.adults;
  const adults = await withoutUnsubscribed(news, account._id, addressees);
  const home = `${deps.config.publicUrl}/e/${event.link}`;
  const link = news === 'cancelled' ? home : `${home}/appointments/${appointment._id.toHexString()}`;
  return adults.flatMap((adult) => {
    const reader = readerCalled(adult.language, account);
    const place = placed(event, reader);
    const [meeting] = nameMeetings([appointment], facts, place);
    if (!meeting) return [];
    const entry = { ...meeting, cancelled: news === 'cancelled' };
    const ics = writeCalendar(place, account, [entry], deps.config.publicUrl, deps.now());
    const values = valuesOf(news, meeting, place, account, before);
    const said = say?.(wordsOf(place));
    const notice = said ?? words;
    if (said !== undefined) values.news = said;
    else if (notice) values.news = `${values.news}\n\n${notice}`;
    const message = textOf(event, news, wordsOf(place));
    const { subject, text } = writeMessage(message, { ...values, parent: adult.name, link });
    return {
      account: account._id,
      event: event._id,
      kind: `appointment ${news}`,
      to: adult.email.toLowerCase(),
      ...answersTo(event),
      subject,
      ...inLanguage(reader),
      // Words of an event's own may leave the news out, with which it stands else.
      text: text.includes(notice) ? text : `${notice}\n\n${text}`,
      ...(news === 'reminder' ? { mayUnsubscribe: true } : { ics }),
      key: [news, about, ...(once ? [once] : []), adult._id.toHexString()].join(':'),
    };
  });
}

export interface Addressee {
  _id: Types.ObjectId;
  name: string;
  email: string;
  /** The code of the language in which they read, where they have said. */
  language?: string;
}

/** Whom a household's mails go to: its adults with a proven address, or the adult of the roster for whom the school keeps it. */
export async function addresseesOf({
  account,
  adults,
  keptFor,
}: Pick<Household, 'account' | 'adults' | 'keptFor'>): Promise<Addressee[]> {
  if (!keptFor)
    return User.find(
      { _id: { $in: adults }, emailProvenAt: { $exists: true } },
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

/** Who wants no reminders is told everything else all the same. */
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
