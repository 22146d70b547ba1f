import type { Types } from 'mongoose';
import { nameMeetings, questionsAbout } from '../booking/queries.js';
import { addresseesOf } from '../booking/tell-household.js';
import type { Deps } from '../deps.js';
import type { Appointment } from '../models/appointment.js';
import { findTogether } from '../models/find-together.js';
import { Household } from '../models/household.js';
import { Notification } from '../models/notification.js';
import type { Offering, WaitlistEntry } from '../models/waitlist-entry.js';
import { queueMail, type Mail } from '../notifications/queue-mail.js';
import { dayAndTimeSoon, whenInWords } from '../web/format-time.js';
import { placed, type PlacedEvent } from '../web/place.js';
import { inLanguage, readerCalled } from '../web/read-language.js';
import { answersTo, callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import type { Line } from './open-line.js';
import { mailFrom } from './policy.js';

/** Mails the adults of a household that a time is kept for them, by day; saying it twice queues it once. */
export async function tellOffer(deps: Deps, line: Line, entry: Offering): Promise<void> {
  const { offer } = entry;
  const now = deps.now();
  const notBefore = mailFrom(now, line.timeZone);
  await tell(deps, line, entry, `offer:${offer.appointment.toHexString()}`, (event, names) => {
    const t = wordsOf(event);
    const facts = [
      whenInWords(offer.from, offer.to, event),
      [names.teacher, names.children].filter(Boolean).join(' · '),
      [names.room, event.place].filter(Boolean).join(', '),
    ];
    return {
      kind: 'waitlist offer',
      ...(notBefore > now ? { notBefore } : {}),
      subject: t('waitlistMail.offerSubject', names),
      parts: [
        t('waitlistMail.offer', names),
        facts.filter(Boolean).join('\n'),
        t('waitlistMail.until', { at: dayAndTimeSoon(offer.until, event, now) }),
        `${t('waitlistMail.answer')}\n${linkTo(deps, line, entry)}`,
        t('waitlistMail.otherwise'),
      ],
    };
  });
}

/** Mails them that they are off the list. */
export async function tellEnd(
  deps: Deps,
  line: Line,
  entry: WaitlistEntry,
  why: 'lapsed' | 'removed',
): Promise<void> {
  await tell(deps, line, entry, `waitlist:${entry._id.toHexString()}`, (event, names) => {
    const t = wordsOf(event);
    return {
      kind: 'waitlist ended',
      subject: t('waitlistMail.endSubject', names),
      parts: [
        t(why === 'lapsed' ? 'waitlistMail.lapsed' : 'waitlistMail.removed', names),
        `${t('waitlistMail.again')}\n${deps.config.publicUrl}/e/${event.link}`,
      ],
    };
  });
}

/** Takes back the mail about an offer that has ended in the night, before the mail went out. */
export async function revokeOffer(appointment: Types.ObjectId, now: Date): Promise<void> {
  const id = appointment.toHexString();
  await Notification.deleteMany({
    // ';' follows ':' in the order of bytes.
    key: { $gt: `offer:${id}:`, $lt: `offer:${id};` },
    state: { $in: ['queued', 'kept'] },
    attempts: 0,
    nextAt: { $gt: now },
  });
}

function linkTo(deps: Deps, { event }: Line, entry: Pick<WaitlistEntry, '_id'>): string {
  return `${deps.config.publicUrl}/e/${event.link}/waitlist/${entry._id.toHexString()}`;
}

type Names = Record<'teacher' | 'children' | 'room' | 'school', string>;
type Told = Pick<Mail, 'kind' | 'subject' | 'notBefore'> & { parts: string[] };

/** Nothing goes to an address that nobody has proven. Each reads it in their own language. */
async function tell(
  deps: Deps,
  { event: found, account }: Line,
  entry: WaitlistEntry,
  key: string,
  write: (event: PlacedEvent, names: Names) => Told,
): Promise<void> {
  const household = await Household.findById(entry.household).lean();
  if (!household) return;
  const slot = entry.offer?.slot ?? entry._id;
  const about: unknown = Object.assign({}, entry, { slot, state: 'pending' });
  const facts = await findTogether(questionsAbout([about as Appointment]));
  for (const adult of await addresseesOf(household)) {
    const reader = readerCalled(adult.language, account);
    const event = placed(found, reader);
    const t = wordsOf(event);
    const [meeting] = nameMeetings([about as Appointment], facts, event);
    if (!meeting) continue;
    const { teacher, children, room } = meeting;
    const { parts, subject, ...mail } = write(event, { teacher, children, room, school: account.name });
    await queueMail(deps, {
      account: account._id,
      event: event._id,
      to: adult.email.toLowerCase(),
      ...answersTo(found),
      ...mail,
      subject: subject.slice(0, 250),
      text: `${[t('waitlistMail.hello', { name: adult.name }), ...parts, t('waitlistMail.questions', { office: callOffice(event) })].join('\n\n')}\n`,
      ...inLanguage(reader),
      key: `${key}:${adult._id.toHexString()}`,
    });
  }
}
