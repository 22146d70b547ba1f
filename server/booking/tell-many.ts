import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import type { Appointment } from '../models/appointment.js';
import { Event } from '../models/event.js';
import { findTogether } from '../models/find-together.js';
import { Household } from '../models/household.js';
import { textOf } from '../notifications/messages/default-texts.js';
import { writeMessage } from '../notifications/messages/write-message.js';
import { queueMail } from '../notifications/queue-mail.js';
import { placed } from '../web/place.js';
import { inLanguage, readerCalled } from '../web/read-language.js';
import { answersTo } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import { nameMeetings, questionsAbout } from './queries.js';
import { addresseesOf, withoutUnsubscribed } from './tell-household.js';
import { writeCalendar } from './write-calendar.js';
import { valuesOfMany } from './write-values.js';

/**
 * Mails the adults of a household once about several of its meetings in one event, in the event's words. Saying it twice queues it once.
 * @param booked by time
 * @param key names the occasion; the adult is added
 */
export async function tellMany(
  deps: Deps,
  { household: id, event: of, account: at }: Record<'household' | 'event' | 'account', Types.ObjectId>,
  booked: Appointment[],
  news: 'plan' | 'reminder',
  key: string,
): Promise<void> {
  const [household, found, account] = await Promise.all([
    Household.findById(id).lean(),
    Event.findById(of).lean(),
    Account.findById(at).lean(),
  ]);
  if (!household || !found || !account || booked.length === 0) return;
  const facts = await findTogether(questionsAbout(booked));
  const adults = await withoutUnsubscribed(news, account._id, await addresseesOf(household));
  for (const adult of adults) {
    // Each in the language that they read.
    const reader = readerCalled(adult.language, account);
    const event = placed(found, reader);
    const meetings = nameMeetings(booked, facts, event);
    const message = textOf(event, news, wordsOf(event));
    const { publicUrl } = deps.config;
    await queueMail(deps, {
      account: account._id,
      event: event._id,
      kind: news === 'plan' ? 'appointment booked' : 'appointment reminder',
      to: adult.email.toLowerCase(),
      ...answersTo(found),
      ...writeMessage(message, {
        ...valuesOfMany(news, meetings, event, account),
        parent: adult.name,
        link: `${publicUrl}/e/${event.link}/schedule`,
      }),
      ...inLanguage(reader),
      ...(news === 'reminder'
        ? { mayUnsubscribe: true }
        : { ics: writeCalendar(event, account, meetings, publicUrl, deps.now()) }),
      key: `${key}:${String(adult._id)}`,
    });
  }
}
