import type { Deps } from '../deps.js';
import { addresseesOf } from '../booking/tell-household.js';
import { withNames, type Meeting } from '../booking/queries.js';
import { writeCalendar } from '../booking/write-calendar.js';
import { Account } from '../models/account.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import type { Plan } from '../models/plan.js';
import { queueMail } from '../notifications/queue-mail.js';
import { daysInWords, fullDay, timeSpan } from '../web/format-time.js';
import { dayOf } from '../web/local-time.js';
import { placed, type PlacedEvent } from '../web/place.js';
import { inLanguage, readerCalled } from '../web/read-language.js';
import { sayAnswers } from '../web/say-answers.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';

/** Mails the adults of a household once about all meetings of a plan, with one calendar file. Saying it twice queues it once. */
export async function tellPlan(deps: Deps, plan: Plan): Promise<void> {
  const [household, found, account, booked] = await Promise.all([
    Household.findById(plan.household).lean(),
    Event.findById(plan.event).lean(),
    Account.findById(plan.account).lean(),
    Appointment.find({ _id: { $in: plan.appointments }, state: { $in: LIVING_STATES } })
      .sort({ from: 1 })
      .lean(),
  ]);
  if (!household || !found || !account || booked.length === 0) return;
  const replyTo = found.office?.replyTo || found.office?.email;
  for (const adult of await addresseesOf(household)) {
    // Each in the language that they read.
    const reader = readerCalled(adult.language, account);
    const event = placed(found, reader);
    const meetings = await withNames(booked, event);
    const ics = writeCalendar(event, account, meetings, deps.config.publicUrl, deps.now());
    await queueMail(deps, {
      account: account._id,
      event: event._id,
      kind: 'appointment booked',
      to: adult.email.toLowerCase(),
      ...(replyTo ? { replyTo } : {}),
      ...writeMail(event, meetings, {
        parent: adult.name,
        school: account.name,
        link: `${deps.config.publicUrl}/e/${event.link}/schedule`,
      }),
      ...inLanguage(reader),
      ics,
      key: ['plan', String(plan._id), String(adult._id)].join(':'),
    });
  }
}

function writeMail(
  event: PlacedEvent,
  meetings: Meeting[],
  values: { parent: string; school: string; link: string },
): { subject: string; text: string } {
  const say = wordsOf(event);
  const count = meetings.length;
  const days = [...new Set(meetings.map(({ from }) => dayOf(from, event.timeZone)))];
  const lists = days.map((day) =>
    [
      fullDay(day, event),
      ...meetings
        .filter(({ from }) => dayOf(from, event.timeZone) === day)
        .map((meeting) => `${timeSpan(meeting.from, meeting.to, event)}: ${meetingInWords(meeting, event)}`),
    ].join('\n'),
  );
  // They are the same for all of them.
  const answers = sayAnswers(meetings[0]?.answers ?? [], 'family', say).map(
    ({ label, text }) => `${label}: ${text}`,
  );
  const parts = [
    say('planMail.hello', { name: values.parent }),
    say('planMail.booked', { count, school: values.school }),
    ...lists,
    ...(answers.length > 0 ? [answers.join('\n')] : []),
    `${say('planMail.see', { count })}\n${values.link}`,
    say('planMail.questions', { office: callOffice(event) }),
  ];
  const subject = say('planMail.subject', { count, days: daysInWords(days, event) });
  return { subject: subject.slice(0, 250), text: `${parts.join('\n\n')}\n` };
}

function meetingInWords({ teacher, children, room, kind, link }: Meeting, event: PlacedEvent): string {
  const where =
    kind === 'video' ? link || wordsOf(event)('plan.video') : [room, event.place].filter(Boolean).join(', ');
  return [teacher, children, where].filter(Boolean).join(' · ');
}
