import type { Deps } from '../deps.js';
import type { Appointment } from '../models/appointment.js';
import { ownTextOf, usualText } from '../notifications/messages/default-texts.js';
import { writeMessage } from '../notifications/messages/write-message.js';
import { queueMails, type Mail } from '../notifications/queue-mail.js';
import { andList } from '../web/format-count.js';
import { daysInWords } from '../web/format-time.js';
import { dayOf } from '../web/local-time.js';
import type { PlacedEvent } from '../web/place.js';
import { wordsOf } from '../web/words.js';
import { addressMails, withNotice } from './write-mails.js';
import { nameMeetings, type Meeting } from './name-meetings.js';
import { addressOf, knewOf, readFacts, writeMails, type Facts } from './tell-household.js';
import { writeCalendar } from './write-calendar.js';
import { valuesOf, type Values } from './write-values.js';

type News = 'changed' | 'cancelled';

interface Told {
  /** The occasion, as part of the mail's key: each adult gets one mail about it. */
  about: string;
  /** The school's words to the family. */
  notice: string;
}

/**
 * Mails each adult of a household once about all of its meetings that the school moved or canceled together, in the event's own words where
 * it has some. The calendar file has all of the meetings. Repeating the call queues nothing twice.
 * @param appointments of one household and event, by time
 */
export async function tellTogether(
  deps: Deps,
  appointments: Appointment[],
  news: News,
  told: Told,
): Promise<void> {
  const [first, second] = appointments;
  if (!first) return;
  const facts = await readFacts(first, appointments);
  const mails = second
    ? await writeTogether(deps, { appointments, facts }, news, told)
    : await writeMails(deps, { appointment: first, facts }, news, told);
  await queueMails(deps, mails);
}

async function writeTogether(
  deps: Deps,
  { appointments, facts }: { appointments: Appointment[]; facts: Facts },
  news: News,
  { about, notice }: Told,
): Promise<Mail[]> {
  const address = await addressOf(facts, news, appointments);
  if (!address) return [];
  const { event, account, adults } = address;
  return addressMails(address, adults, [news, about].join(':'), (place, adult) => {
    const known = appointments.filter((one) => knewOf(adult, one));
    const meetings = nameMeetings(known, facts, place);
    const entries = meetings.map((meeting) => ({ ...meeting, cancelled: news === 'cancelled' }));
    const usual = wordsTogether(news, meetings, place, account.name);
    const values = {
      ...valuesTogether(
        meetings.map((meeting) =>
          valuesOf(news, meeting, place, account, news === 'changed' ? meeting.moved : undefined),
        ),
        place,
      ),
      news: notice ? `${usual.news}\n\n${notice}` : usual.news,
    };
    const { subject, text } = writeMessage(ownTextOf(event, news, place) ?? usual, {
      ...values,
      parent: adult.name,
      link: `${deps.config.publicUrl}/e/${event.link}`,
    });
    return {
      kind: `appointment ${news}`,
      subject,
      text: withNotice(text, notice),
      ics: writeCalendar(place, account, entries, deps.config.publicUrl, deps.now()),
    };
  });
}

/** Slotbell's own subject and text, and the news about each meeting. */
function wordsTogether(news: News, meetings: Meeting[], event: PlacedEvent, school: string) {
  const t = wordsOf(event);
  const count = meetings.length;
  const days = [...new Set(meetings.map(({ from }) => dayOf(from, event.timeZone)))].sort();
  const said = { count, school, days: daysInWords(days, event) };
  const { text } = usualText(news, t);
  return news === 'changed'
    ? {
        subject: t('together.changedSubject', said),
        news: t('together.changed', said),
        text: t('mails.text', { closing: t('mails.closingMany') }),
      }
    : { subject: t('together.cancelledSubject', said), news: t('together.cancelled', said), text };
}

/** The macros' values in a mail about several meetings: differing values are listed, with the details one below the other. */
function valuesTogether(each: Values[], event: PlacedEvent): Values {
  const all = (macro: keyof Values) =>
    andList([...new Set(each.map((values) => values[macro]).filter((value) => value !== ''))], event);
  const [first] = each;
  return {
    ...{ news: '', event: first?.event ?? '', school: first?.school ?? '', office: first?.office ?? '' },
    ...{ student: all('student'), teacher: all('teacher'), class: all('class'), where: all('where') },
    when: all('when'),
    details: each.map(({ details }) => details).join('\n\n'),
  };
}
