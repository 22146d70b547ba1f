import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import type { Appointment } from '../models/appointment.js';
import { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { User } from '../models/user.js';
import { queueMail, type Mail } from '../notifications/queue-mail.js';
import { whenInWords } from '../web/format-time.js';
import { sayAnswers } from '../web/say-answers.js';
import { placed, styleOf, type PlacedEvent } from '../web/place.js';
import { withNames, type Meeting } from './queries.js';
import { writeCalendar } from './write-calendar.js';

export type News = 'booked' | 'changed' | 'cancelled';

/**
 * Mails the adults of an appointment's household what became of it, with a calendar file. Saying it twice queues it once.
 * Nothing goes to an address that nobody has proven: it may be a stranger's.
 */
export async function tellHousehold(deps: Deps, appointment: Appointment, news: News): Promise<void> {
  const [household, event, account] = await Promise.all([
    Household.findById(appointment.household).lean(),
    Event.findById(appointment.event).lean(),
    Account.findById(appointment.account).lean(),
  ]);
  if (!household || !event || !account) return;
  const [meeting] = await withNames([appointment], styleOf(account));
  if (!meeting) return;
  const adults = await User.find({ _id: { $in: household.adults }, emailProvenAt: { $exists: true } }).lean();
  const entry = { ...meeting, cancelled: news === 'cancelled' };
  const ics = writeCalendar(event, account, [entry], deps.config.publicUrl, deps.now());
  for (const adult of adults) {
    const mail: Mail = {
      account: account._id,
      event: event._id,
      kind: `appointment ${news}`,
      to: adult.email,
      ...wordsOf(news, meeting, placed(event, account), account, adult, appointment.cancelledBy === 'school'),
      ics,
      key: `${news}:${meeting.id}:${adult._id.toHexString()}`,
    };
    await queueMail(deps, { ...mail, text: `${mail.text}\n${deps.config.publicUrl}/e/${event.link}\n` });
  }
}

function wordsOf(
  news: News,
  meeting: Meeting,
  event: PlacedEvent,
  account: Account,
  adult: User,
  bySchool: boolean,
): { subject: string; text: string } {
  const when = whenInWords(meeting.from, meeting.to, event);
  const where = [meeting.room, event.place].filter((part) => part).join(', ');
  const facts = [`Teacher: ${meeting.teacher}`, `For: ${meeting.children}`, `When: ${when}`];
  if (where) facts.push(`Where: ${where}`);
  for (const { label, text } of sayAnswers(meeting.answers, 'family')) facts.push(`${label}: ${text}`);
  const opening = {
    booked: `Your meeting at ${account.name} is booked.`,
    changed: `Your meeting at ${account.name} has a new time.`,
    cancelled: bySchool
      ? `${account.name} has canceled this meeting. You can choose another time.`
      : `Your meeting at ${account.name} is canceled, as you asked.`,
  }[news];
  const subject = {
    booked: `Booked: ${meeting.teacher}, ${when}`,
    changed: `New time: ${meeting.teacher}, ${when}`,
    cancelled: `Canceled: ${meeting.teacher}, ${when}`,
  }[news];
  const closing = news === 'cancelled' ? 'Your meetings and free times:' : 'See, change or cancel it here:';
  return { subject, text: `Hello ${adult.name},\n\n${opening}\n\n${facts.join('\n')}\n\n${closing}` };
}
