import { nameMeetings, questionsAbout } from '../meetings/name-meetings.js';
import { openEarly } from '../booking/open-early.js';
import { addressMails, addresseesOf } from '../meetings/write-mails.js';
import { writeCalendar } from '../meetings/write-calendar.js';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { DrawEntry, DrawOutcome } from '../models/draw-entry.js';
import { Event } from '../models/event.js';
import { findTogether } from '../models/find-together.js';
import { queueMail } from '../notifications/queue-mail.js';
import { whenInWords } from '../web/format-time.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import type { Acting } from './find-acting.js';
import { sayRest } from './show-draw.js';

/** Mails the adults of a household once about what they got in a draw, with one calendar file. Repeating the call queues nothing twice. */
export async function tellDrawn(
  deps: Deps,
  entry: DrawEntry,
  outcome: DrawOutcome[],
  { household }: Acting,
): Promise<void> {
  const ids = outcome.flatMap(({ appointment }) => appointment ?? []);
  const [usual, account, booked] = await Promise.all([
    Event.findById(entry.event).lean(),
    Account.findById(entry.account).lean(),
    Appointment.find({ _id: { $in: ids }, state: { $in: LIVING_STATES } })
      .sort({ from: 1 })
      .lean(),
  ]);
  if (!usual || !account || entry.wishes.length === 0) return;
  // Booking of the rest opens earlier for some families.
  const found = await openEarly(usual, household, deps.now());
  const facts = await findTogether(questionsAbout(booked));
  const told = await addresseesOf(household);
  const key = `draw:${String(entry._id)}`;
  const mails = addressMails({ event: found, account }, told, key, (event, { name }) => {
    const t = wordsOf(event);
    const meetings = booked.length > 0 ? nameMeetings(booked, facts, event) : [];
    const without = entry.wishes.length - meetings.length;
    const parts = [
      t('draw.mailHello', { name }),
      meetings.length > 0
        ? t('draw.mailGot', { count: meetings.length, school: account.name })
        : t('draw.mailNone', { school: account.name }),
      ...meetings.map((one) =>
        [
          whenInWords(one.from, one.to, event),
          [one.teacher, one.children, one.room].filter(Boolean).join(' · '),
        ].join('\n'),
      ),
      ...(without > 0 ? [`${t('draw.mailRest', { count: without })} ${sayRest(event, deps.now())}`] : []),
      `${t('draw.mailSee')}\n${deps.config.publicUrl}/e/${event.link}/draw`,
      t('draw.mailQuestions', { office: callOffice(event) }),
    ];
    return {
      kind: 'appointment booked',
      subject: t('draw.mailSubject', { event: event.name }).slice(0, 250),
      text: `${parts.join('\n\n')}\n`,
      ...(meetings.length > 0
        ? { ics: writeCalendar(event, account, meetings, deps.config.publicUrl, deps.now()) }
        : {}),
    };
  });
  for (const mail of mails) await queueMail(deps, mail);
}
