import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import type { Appointment } from '../models/appointment.js';
import { Event } from '../models/event.js';
import { ask, findTogether } from '../models/find-together.js';
import { Household } from '../models/household.js';
import type { MessageKind } from '../models/message.js';
import { User } from '../models/user.js';
import { textOf } from '../notifications/messages/default-texts.js';
import { writeMessage } from '../notifications/messages/write-message.js';
import { queueMail, type Mail } from '../notifications/queue-mail.js';
import { wordsOf, type Words } from '../web/words.js';
import {
  addresseesOf,
  addressMails,
  withNotice,
  withoutUnsubscribed,
  type Addressee,
} from './write-mails.js';
import { nameMeetings, questionsAbout } from './name-meetings.js';
import { writeCalendar } from './write-calendar.js';
import { valuesOf } from './write-values.js';

/**
 * Mails the adults of an appointment's household about what became of it, or a reminder, in the event's words. What changes their calendar
 * comes with a calendar file. Repeating the call queues nothing twice. Nothing goes to an unproven address, because it may be a stranger's.
 * @param once distinguishes news of the same kind about one appointment, such as two reminders
 * @param notice the school's words to the family
 * @param say the news in its own words, where it is not one of the usual kinds
 */
export async function tellHousehold(
  deps: Deps,
  appointment: Appointment,
  news: MessageKind,
  once = '',
  notice = appointment.notice ?? '',
  say?: Say,
): Promise<void> {
  const facts = await readFacts(appointment, [appointment]);
  const words = { once, notice, ...(say ? { say } : {}) };
  for (const mail of await writeMails(deps, { appointment, facts }, news, words)) await queueMail(deps, mail);
}

export type Facts = Awaited<ReturnType<typeof readFacts>>;

/** Reads, by one command, all that mails about some appointments of a household in one event need. */
export function readFacts(
  { household, event, account }: Pick<Appointment, 'household' | 'event' | 'account'>,
  appointments: Appointment[],
) {
  return findTogether({
    ...questionsAbout(appointments),
    households: ask<Household, Household & { proven: (Addressee & Pick<User, 'blocks'>)[] }>(
      Household,
      { _id: household },
      {
        $lookup: {
          from: User.collection.name,
          localField: 'adults',
          foreignField: '_id',
          pipeline: [
            { $match: { emailProvenAt: { $exists: true } } },
            { $project: { name: 1, email: 1, language: 1, blocks: 1 } },
          ],
          as: 'proven',
        },
      },
    ),
    events: ask<Event>(Event, { _id: event }),
    accounts: ask<Account>(Account, { _id: account }),
  });
}

/**
 * The event, school and addressees of a mail; undefined if one of them does not exist any more. Whom the school has blocked is told only
 * that meetings are canceled which were booked before.
 */
export async function addressOf(
  { households: [household], events: [event], accounts: [account] }: Facts,
  news: MessageKind,
  about: Booked[],
): Promise<{ event: Event; account: Account; adults: Addressee[] } | undefined> {
  if (!household || !event || !account) return undefined;
  const withBlock = household.proven.flatMap(({ blocks = [], ...adult }): Addressee[] => {
    const block = blocks.find((one) => one.account.equals(account._id));
    if (!block) return [adult];
    const told = { ...adult, blockedAt: block.at };
    return news === 'cancelled' && about.some((one) => knewOf(told, one)) ? [told] : [];
  });
  const all = household.keptFor ? await addresseesOf(household) : withBlock;
  return { event, account, adults: await withoutUnsubscribed(news, account._id, all) };
}

type Booked = Pick<Appointment, 'bookedAt' | 'createdAt'>;

/** Whether an adult knew of a meeting when the school blocked them, if it did. */
export function knewOf(
  { blockedAt }: Pick<Addressee, 'blockedAt'>,
  { bookedAt, createdAt }: Booked,
): boolean {
  return !blockedAt || (bookedAt ?? createdAt) <= blockedAt;
}

/** Says something in the reader's words. */
export type Say = (t: Words) => string;

/** When a meeting was before it was moved. */
type Was = Pick<Appointment, 'from' | 'to'>;

/** The mails that `tellHousehold` sends. */
export async function writeMails(
  deps: Deps,
  { appointment, facts }: { appointment: Appointment; facts: Facts },
  news: MessageKind,
  {
    about = appointment._id.toHexString(),
    once = '',
    notice: words = appointment.notice ?? '',
    say,
    // What the school moved names its former time itself. A change of people has no former time.
    before = news === 'changed' && !say ? appointment.moved : undefined,
  }: { about?: string; once?: string; notice?: string; say?: Say; before?: Was | undefined } = {},
): Promise<Mail[]> {
  const address = await addressOf(facts, news, [appointment]);
  if (!address) return [];
  const { event, account, adults } = address;
  const home = `${deps.config.publicUrl}/e/${event.link}`;
  const link = news === 'cancelled' ? home : `${home}/appointments/${appointment._id.toHexString()}`;
  const key = [news, about, ...(once ? [once] : [])].join(':');
  return addressMails(address, adults, key, (place, adult) => {
    const [meeting] = nameMeetings([appointment], facts, place);
    if (!meeting) return undefined;
    const entry = { ...meeting, cancelled: news === 'cancelled' };
    const ics = writeCalendar(place, account, [entry], deps.config.publicUrl, deps.now());
    const values = valuesOf(news, meeting, place, account, before);
    const said = say?.(wordsOf(place));
    const notice = said ?? words;
    if (said !== undefined) values.news = said;
    else if (notice) values.news = `${values.news}\n\n${notice}`;
    const message = textOf(event, news, place);
    const { subject, text } = writeMessage(message, { ...values, parent: adult.name, link });
    return {
      kind: `appointment ${news}`,
      subject,
      text: withNotice(text, notice),
      ...(news === 'reminder' ? { mayUnsubscribe: true, notAfter: meeting.from } : { ics }),
    };
  });
}
