import express, { type Request, type Response, type Router } from 'express';
import { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { nameMeetings, withNames, type Meeting } from '../meetings/name-meetings.js';
import { partsOf } from '../meetings/say-place.js';
import { readFacts } from '../meetings/tell-household.js';
import { addresseesOf, addressMails } from '../meetings/write-mails.js';
import { listMeetings } from '../meetings/write-values.js';
import { writeCalendar } from '../meetings/write-calendar.js';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Household } from '../models/household.js';
import { queueMail } from '../notifications/queue-mail.js';
import { matchFamilies } from '../reports/match-families.js';
import { actorOf } from '../web/actor.js';
import { forbidden, notFound } from '../web/errors.js';
import { andList } from '../web/format-count.js';
import { dayAndSpan, daysInWords } from '../web/format-time.js';
import { parseForm, parseId } from '../web/parse.js';
import { sayAnswers, sayInterpreter } from '../web/say-answers.js';
import { sayCallOffice } from '../web/say-office.js';
import { refuseHere, say } from '../web/session.js';
import { wordsOf } from '../web/words.js';
import type { SeenEvent } from './find-meeting.js';
import { mailForm } from './schema.js';
import { deskFrame, deskPath, seenIn } from './show-frame.js';

/** One family's appointments: on paper, and as a mail. */
export function schedulePages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/:event/desk/families/:household', async (req, res) => {
    await showSchedule(deps, res, await familyIn(req, res));
  });

  router.post('/:event/desk/families/:household/mail', async (req, res) => {
    const family = await familyIn(req, res);
    const { event, household } = family;
    const parsed = parseForm(mailForm, req.body);
    if (!parsed.ok) {
      refuseHere(res, parsed);
      return showSchedule(deps, res, family);
    }
    const names = await mailSchedule(deps, family, parsed.value.key, actorOf(res).user);
    say(
      req,
      names.length === 0
        ? { kind: 'notice', text: 'There’s no email address that we can use. Print the schedule instead.' }
        : deps.config.smtpUrl
          ? { kind: 'ok', text: `The schedule goes to ${andList(names, event)} by email.` }
          : {
              kind: 'notice',
              text: 'No email server is set up, so nothing was sent. Administrators find the email in the Outbox.',
            },
    );
    res.redirect(303, `${deskPath(event)}/families/${String(household._id)}`);
  });
  return router;
}

interface FamilySchedule {
  event: SeenEvent;
  household: Household;
  name: string;
  /** By time. */
  living: Appointment[];
  meetings: Meeting[];
}

/**
 * A family with an appointment in the event.
 * @throws 404 for any other
 */
async function familyIn(req: Request, res: Response): Promise<FamilySchedule> {
  const event = seenIn(res);
  const { account, _id, sight } = event;
  // Somebody who sees only a part would hand out only a part.
  if (sight.resource) throw forbidden();
  const household = await Household.findOne({ _id: parseId(req.params.household), account }).lean();
  const found = household
    ? await Appointment.find({
        account,
        event: _id,
        household: household._id,
        state: { $in: [...LIVING_STATES, 'cancelled'] },
      })
        .sort({ from: 1 })
        .lean()
    : [];
  if (!household || found.length === 0) throw notFound();
  const living = found.filter(({ state }) => LIVING_STATES.includes(state));
  const [meetings, names] = await Promise.all([
    living.length > 0 ? withNames(living, event) : [],
    matchFamilies(account, [household._id]),
  ]);
  return {
    event,
    household,
    living,
    meetings,
    name: names.get(String(household._id)) || 'Family without a name',
  };
}

async function showSchedule(deps: Deps, res: Response, family: FamilySchedule): Promise<void> {
  const { event, household, meetings, name } = family;
  const [told, account] = await Promise.all([
    addresseesOf(household),
    Account.findById(event.account, { name: 1 }).orFail().lean(),
  ]);
  res.render('desk/schedule', {
    ...deskFrame(event, `Schedule of ${name}`),
    name,
    days: daysInWords(event.days, event),
    rows: meetings.map((one) => ({
      when: dayAndSpan(one.from, one.to, event),
      teacher: one.teacher,
      room: one.kind === 'video' ? 'Video' : partsOf(one, event, account).join(', '),
      children: one.children,
      link: one.link,
      answers: [
        ...(one.goer ? [{ label: 'Who goes', text: one.goer.name }] : []),
        ...sayAnswers(one.answers, 'family'),
        ...sayInterpreter(one.interpreter ? { name: one.interpreter } : undefined),
        ...(one.note ? [{ label: 'Note', text: one.note }] : []),
      ],
    })),
    office: sayCallOffice(event),
    told: told.map((adult) => `${adult.name} (${adult.email})`),
    hasMail: deps.config.smtpUrl !== undefined,
    self: `${deskPath(event)}/families/${String(household._id)}`,
    key: new Types.ObjectId().toHexString(),
  });
}

/**
 * Queues the schedule for everybody who gets the family's mails; the same form again queues nothing more.
 * @returns their names
 */
async function mailSchedule(
  deps: Deps,
  { event, household, living }: FamilySchedule,
  key: string,
  user: Types.ObjectId,
): Promise<string[]> {
  const told = await addresseesOf(household);
  const facts = await readFacts(
    { household: household._id, event: event._id, account: event.account },
    living,
  );
  const {
    events: [stored],
    accounts: [account],
  } = facts;
  if (!stored || !account) throw notFound();
  const { publicUrl } = deps.config;
  const occasion = `schedule:${String(household._id)}:${key}`;
  const mails = addressMails({ event: stored, account }, told, occasion, (place, { name }) => {
    const t = wordsOf(place);
    const meetings = nameMeetings(living, facts, place);
    const count = meetings.length;
    const list =
      count > 0
        ? [t('mails.scheduleNews', { count, school: account.name }), listMeetings(meetings, place, account)]
        : [t('mails.scheduleNone', { school: account.name })];
    return {
      kind: 'family schedule',
      subject: t('mails.scheduleSubject', { event: place.name }),
      text: [
        t('waitlistMail.hello', { name }),
        ...list,
        t('mails.scheduleOnline', { link: `${publicUrl}/e/${place.link}/schedule` }),
        sayCallOffice(place),
      ].join('\n\n'),
      ...(count > 0 ? { ics: writeCalendar(place, account, meetings, publicUrl, deps.now()) } : {}),
    };
  });
  for (const mail of mails) await queueMail(deps, mail);
  if (told.length > 0)
    await recordAudit({
      account: event.account,
      event: event._id,
      user,
      action: 'mail schedule',
      targets: [household._id],
      detail: { people: told.length },
      at: deps.now(),
    });
  return told.map(({ name, email }) => name || email);
}
