import type { Config } from '../config.js';
import type { Account } from '../models/account.js';
import { Contact, contactName } from '../models/contact.js';
import type { Mailing } from '../models/mailing.js';
import type { MessageText } from '../models/message.js';
import { User } from '../models/user.js';
import { writeMessage } from '../notifications/messages/write-message.js';
import { andList } from '../web/format-count.js';
import { daysInWords } from '../web/format-time.js';
import { groupBy } from '../web/lists.js';
import { placed, type PlacedEvent } from '../web/place.js';
import { inLanguage, readerCalled } from '../web/read-language.js';
import { sayCallOffice } from '../web/say-office.js';
import { sayOpening } from '../web/say-opening.js';
import { languageOf, wordsOf } from '../web/words.js';
import { meetingLines, type Reader } from './list-meetings.js';
import type { MailingValues } from './policy.js';

/** The values for a mailing's macros, beside its readers. */
export interface Sender {
  event: PlacedEvent;
  account: Pick<Account, 'name' | 'locale' | 'languages'>;
  config: Pick<Config, 'publicUrl'>;
  now: Date;
}

type Text = Pick<Mailing, 'group' | 'subject' | 'text' | 'translations'>;

/** Somebody a mail is written for, with the language they chose, if they did. */
export type Addressed = Reader & { language?: string };

/** The readers with the languages that they chose, at an address that is proven theirs. Staff read what the school writes. */
export async function withLanguages(group: Mailing['group'], readers: Reader[]): Promise<Addressed[]> {
  if (group.kind === 'teachers') return readers;
  const users = await User.find(
    { email: { $in: readers.map(({ email }) => email) }, emailProvenAt: { $exists: true } },
    { email: 1, language: 1 },
  ).lean();
  const languages = new Map(users.map(({ email, language }) => [email, language]));
  return readers.map((reader) => {
    const language = languages.get(reader.email);
    return language ? { ...reader, language } : reader;
  });
}

/** The mailing as each reader gets it, in the readers' order and language. A few queries for all who read one language. */
export async function writeMails(
  sender: Sender,
  mailing: Text,
  readers: Addressed[],
): Promise<(MessageText & { language?: string })[]> {
  const numbered = readers.map((reader, index) => ({ reader, index }));
  const written = new Array<MessageText & { language?: string }>(readers.length);
  for (const [, some] of groupBy(numbered, ({ reader }) => reader.language ?? '')) {
    const mails = await writeAlike(
      sender,
      mailing,
      some.map(({ reader }) => reader),
    );
    for (const [at, { index }] of some.entries()) written[index] = mails[at] ?? { subject: '', text: '' };
  }
  return written;
}

/** The same for readers of one language. */
async function writeAlike(
  { account, ...sender }: Sender,
  { group, subject, text, translations }: Text,
  readers: Addressed[],
): Promise<(MessageText & { language?: string })[]> {
  const read = readerCalled(readers[0]?.language, account);
  const translated = translations?.[read.language.code];
  // Who gets the school's own text gets all of the mail in the school's language.
  const isOwn = !translated || languageOf(sender.event).code === read.language.code;
  const reader = isOwn ? readerCalled(undefined, account) : read;
  const message = isOwn ? { subject, text } : translated;
  const event = placed(sender.event, reader);
  const t = wordsOf(event);
  const children = await Contact.find(
    { _id: { $in: readers.flatMap(({ students }) => students) }, account: event.account },
    { firstName: 1, lastName: 1, sortKey: 1 },
  )
    .sort({ sortKey: 1 })
    .lean();
  const placeOf = new Map(children.map(({ _id }, index) => [_id.toHexString(), index]));
  const meetings = group.kind === 'day' ? await meetingLines(event, group.day ?? '', readers) : undefined;
  const values = valuesFor({ ...sender, account, event }, group.kind === 'teachers');
  return readers.map((one, place) => {
    const own = one.students
      .flatMap((id) => placeOf.get(id.toHexString()) ?? [])
      .sort((a, b) => a - b)
      .flatMap((index) => children[index] ?? []);
    const names = own.map((child) => child.firstName || contactName(child));
    return {
      ...writeMessage(
        { subject: message.subject, text: `${message.text.trimEnd()}\n` },
        {
          ...values,
          parent: andList(one.names, event) || t('mailings.parents'),
          student: andList(names, event) || t('mailings.yourChild'),
          meetings: meetings?.[place] ?? '',
        },
      ),
      ...inLanguage(reader),
    };
  });
}

function valuesFor(
  { event, account, config, now }: Sender,
  isForTeachers: boolean,
): Omit<MailingValues, 'parent' | 'student' | 'meetings'> {
  const t = wordsOf(event);
  const own = isForTeachers ? `/events/${event._id.toHexString()}` : `/e/${event.link}`;
  return {
    event: event.name,
    school: account.name,
    details: [
      t('mails.detailWhen', { when: daysInWords(event.days, event) }),
      ...(event.place ? [t('mails.detailWhere', { where: event.place })] : []),
    ].join('\n'),
    booking: sayOpening(event, now, { zone: true }),
    link: `${config.publicUrl}${own}`,
    office: sayCallOffice(event),
  };
}
