import type { Types } from 'mongoose';
import { nameMeetings, questionsAbout } from '../meetings/name-meetings.js';
import { addresseesOf, addressMails } from '../meetings/write-mails.js';
import type { Deps } from '../deps.js';
import type { Appointment } from '../models/appointment.js';
import { findTogether } from '../models/find-together.js';
import { Household } from '../models/household.js';
import { Notification } from '../models/notification.js';
import type { Offering, WaitlistEntry } from '../models/waitlist-entry.js';
import { queueMail, type Mail } from '../notifications/queue-mail.js';
import { dayAndTimeSoon, whenInWords } from '../web/format-time.js';
import type { PlacedEvent } from '../web/place.js';
import { callOffice } from '../web/say-office.js';
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
      notAfter: offer.until,
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

/**
 * Mails them that a time is kept for them no longer, though they neither passed on it nor let it run out. Who has not heard of it yet never
 * does.
 */
export async function tellTakenBack(deps: Deps, line: Line, entry: Offering): Promise<void> {
  const { appointment, from, to } = entry.offer;
  if (await revokeOffer(appointment, deps.now())) return;
  await tell(deps, line, entry, `takenBack:${appointment.toHexString()}`, (event, names) => {
    const t = wordsOf(event);
    return {
      kind: 'waitlist taken back',
      subject: t('waitlistMail.backSubject', names),
      parts: [
        t('waitlistMail.back', names),
        whenInWords(from, to, event),
        // In an event that families can book no more nothing comes after it.
        ...(line.isMoving ? [`${t('waitlistMail.stays')}\n${linkTo(deps, line, entry)}`] : []),
      ],
    };
  });
}

/** Takes back the mail about an offer that has ended in the night, before the mail went out. @returns whether there was one */
export async function revokeOffer(appointment: Types.ObjectId, now: Date): Promise<boolean> {
  const id = appointment.toHexString();
  const revoked = await Notification.deleteMany({
    // ';' follows ':' in the order of bytes.
    key: { $gt: `offer:${id}:`, $lt: `offer:${id};` },
    state: { $in: ['queued', 'kept'] },
    attempts: 0,
    nextAt: { $gt: now },
  });
  return revoked.deletedCount > 0;
}

function linkTo(deps: Deps, { event }: Line, entry: Pick<WaitlistEntry, '_id'>): string {
  return `${deps.config.publicUrl}/e/${event.link}/waitlist/${entry._id.toHexString()}`;
}

type Names = Record<'teacher' | 'children' | 'room' | 'school', string>;
type Told = Pick<Mail, 'kind' | 'subject' | 'notBefore' | 'notAfter'> & { parts: string[] };

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
  const mails = addressMails(
    { event: found, account },
    await addresseesOf(household),
    key,
    (event, adult) => {
      const t = wordsOf(event);
      const [meeting] = nameMeetings([about as Appointment], facts, event);
      if (!meeting) return undefined;
      const { teacher, children, room } = meeting;
      const { parts, subject, ...mail } = write(event, { teacher, children, room, school: account.name });
      return {
        ...mail,
        subject: subject.slice(0, 250),
        text: `${[t('waitlistMail.hello', { name: adult.name }), ...parts, t('waitlistMail.questions', { office: callOffice(event) })].join('\n\n')}\n`,
      };
    },
  );
  for (const mail of mails) await queueMail(deps, mail);
}
