import { nameMeetings, questionsAbout } from '../booking/name-meetings.js';
import { openEarly } from '../booking/open-early.js';
import { addresseesOf } from '../booking/write-mails.js';
import { writeCalendar } from '../booking/write-calendar.js';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { DrawEntry, DrawOutcome } from '../models/draw-entry.js';
import { Event } from '../models/event.js';
import { findTogether } from '../models/find-together.js';
import { queueMail } from '../notifications/queue-mail.js';
import { whenInWords } from '../web/format-time.js';
import { placed } from '../web/place.js';
import { inLanguage, readerCalled } from '../web/read-language.js';
import { answersTo, callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import type { Acting } from './find-acting.js';
import { sayRest } from './show-draw.js';

/** Mails the adults of a household once what they got in a draw, with one calendar file. Saying it twice queues it once. */
export async function tellDrawn(
  deps: Deps,
  entry: DrawEntry,
  outcome: DrawOutcome[],
  { household, isBlocked }: Acting,
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
  // For some the rest opens earlier.
  const found = await openEarly(usual, household, deps.now());
  const facts = await findTogether(questionsAbout(booked));
  for (const adult of await addresseesOf(household)) {
    if (isBlocked(adult._id)) continue;
    const reader = readerCalled(adult.language, account);
    const event = placed(found, reader);
    const t = wordsOf(event);
    const meetings = booked.length > 0 ? nameMeetings(booked, facts, event) : [];
    const without = entry.wishes.length - meetings.length;
    const parts = [
      t('draw.mailHello', { name: adult.name }),
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
    await queueMail(deps, {
      account: account._id,
      event: event._id,
      kind: 'appointment booked',
      to: adult.email.toLowerCase(),
      ...answersTo(found),
      subject: t('draw.mailSubject', { event: event.name }).slice(0, 250),
      text: `${parts.join('\n\n')}\n`,
      ...inLanguage(reader),
      ...(meetings.length > 0
        ? { ics: writeCalendar(event, account, meetings, deps.config.publicUrl, deps.now()) }
        : {}),
      key: ['draw', String(entry._id), String(adult._id)].join(':'),
    });
  }
}
