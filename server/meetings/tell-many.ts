import type { Deps } from '../deps.js';
import type { Appointment } from '../models/appointment.js';
import { textOf } from '../notifications/messages/default-texts.js';
import { writeMessage } from '../notifications/messages/write-message.js';
import { queueMail } from '../notifications/queue-mail.js';
import { addressMails } from './write-mails.js';
import { nameMeetings } from './name-meetings.js';
import { addressOf, readFacts } from './tell-household.js';
import { writeCalendar } from './write-calendar.js';
import { valuesOfMany } from './write-values.js';

/**
 * Mails each adult of a household once about several of its meetings in one event, in the event's words. Repeating the call queues nothing
 * twice.
 * @param booked by time
 * @param key names the occasion; the adult is added
 */
export async function tellMany(
  deps: Deps,
  of: Pick<Appointment, 'household' | 'event' | 'account'>,
  booked: Appointment[],
  news: 'plan' | 'reminder',
  key: string,
): Promise<void> {
  if (booked.length === 0) return;
  const facts = await readFacts(of, booked);
  const address = await addressOf(facts, news, booked);
  if (!address) return;
  const { event, account, adults } = address;
  const { publicUrl } = deps.config;
  const mails = addressMails(address, adults, key, (place, adult) => {
    const meetings = nameMeetings(booked, facts, place);
    return {
      kind: news === 'plan' ? 'appointment booked' : 'appointment reminder',
      ...writeMessage(textOf(event, news, place), {
        ...valuesOfMany(news, meetings, place, account),
        parent: adult.name,
        link: `${publicUrl}/e/${event.link}/schedule`,
      }),
      ...(news === 'reminder'
        ? { mayUnsubscribe: true, ...(meetings[0] ? { notAfter: meetings[0].from } : {}) }
        : { ics: writeCalendar(place, account, meetings, publicUrl, deps.now()) }),
    };
  });
  for (const mail of mails) await queueMail(deps, mail);
}
