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
 * @param whom the ids of the adults; absent: all
 */
export async function tellMany(
  deps: Deps,
  of: Pick<Appointment, 'household' | 'event' | 'account'>,
  booked: Appointment[],
  news: 'plan' | 'reminder',
  key: string,
  whom?: ReadonlySet<string>,
): Promise<void> {
  if (booked.length === 0) return;
  const facts = await readFacts(of, booked);
  const address = await addressOf(facts, news, booked);
  if (!address) return;
  const { event, account, adults } = address;
  const { publicUrl } = deps.config;
  const told = whom ? adults.filter(({ _id }) => whom.has(_id.toHexString())) : adults;
  const mails = addressMails(address, told, key, (place, adult) => {
    const meetings = nameMeetings(booked, facts, place);
    const last = meetings.at(-1);
    return {
      kind: news === 'plan' ? 'appointment booked' : 'appointment reminder',
      ...writeMessage(textOf(event, news, place), {
        ...valuesOfMany(news, meetings, place, account),
        parent: adult.name,
        link: `${publicUrl}/e/${event.link}/schedule`,
      }),
      ...(news === 'reminder'
        ? { mayUnsubscribe: true, ...(last ? { notAfter: last.from } : {}) }
        : { ics: writeCalendar(place, account, meetings, publicUrl, deps.now()) }),
    };
  });
  for (const mail of mails) await queueMail(deps, mail);
}
