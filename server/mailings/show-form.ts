import type { Response } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { contentHash } from '../models/content-hash.js';
import type { Mailing, MailingGroup } from '../models/mailing.js';
import { Resource } from '../models/resource.js';
import { findGoing } from '../notifications/find-going.js';
import { beginsInKey, searchKey, searchWords } from '../models/search-key.js';
import { actorOf } from '../web/actor.js';
import { bookingState } from '../web/booking-state.js';
import { dayAndTimeSoon, fullDay } from '../web/format-time.js';
import { countOf } from '../web/format-count.js';
import { toLocal } from '../web/local-time.js';
import { eventOf } from '../web/guards.js';
import type { Form } from '../web/parse.js';
import type { PlacedEvent } from '../web/place.js';
import { sayBooking } from '../events/policy.js';
import type { Audience, Person } from './collect-audience.js';
import { ANNOUNCEMENT, beginningOf, macrosOf, SUBJECT_MAX, TEXT_MAX } from './policy.js';
import type { GroupForm } from './schema.js';
import { announcePath, homeOf, mailingsPage } from './show-frame.js';
import { writeMails } from './write-mails.js';

/** What a page for writing a mailing is made of. */
export interface Draft {
  /** Earlier announcements, newest first; absent for other mailings. */
  announced?: Mailing[];
  asked: Partial<GroupForm>;
  group: MailingGroup;
  /** Whether the form names the group: a mailing sent without a group must not go to another one. */
  isKnown: boolean;
  /** The group in words. */
  name: string;
  audience: Audience;
  form: Form;
  /** The person for whom the preview is made. */
  as: string;
  key?: Types.ObjectId;
}

/** The mark by which a page knows that its numbers are those of the requested group. */
export function markOf(group: MailingGroup): string {
  return contentHash({ ...group });
}

const SHOWN_NAMES = 50;

/** The page with the text, the recipients, and the mail as one of them sees it. */
export async function showForm(deps: Deps, res: Response, draft: Draft): Promise<void> {
  const event = eventOf(res);
  const { group, audience, announced, form } = draft;
  const isAnnouncement = announced !== undefined;
  const usual = isAnnouncement ? (announced[0] ?? ANNOUNCEMENT) : beginningOf(group.kind);
  const values = {
    subject: usual.subject,
    text: usual.text,
    when: 'now',
    ...draft.asked,
    ...Object.fromEntries(Object.entries(form.values).filter(([, value]) => typeof value === 'string')),
    group: draft.isKnown ? group.kind : (draft.asked.group ?? ''),
  };
  const numbers = audience.numbers();
  const [sample, teachers] = await Promise.all([
    writeSample(deps, res, draft, { subject: values.subject, text: values.text }),
    isAnnouncement ? [] : listTeachers(event),
  ]);
  const now = deps.now();
  res.render('mailings/form', {
    ...mailingsPage(event, isAnnouncement ? 'Announce booking' : 'Write to a group'),
    isAnnouncement,
    action: isAnnouncement ? announcePath(event) : homeOf(event),
    form: { values, errors: form.errors },
    group,
    groupName: draft.name,
    teachers,
    days: event.days.map((day) => ({ value: day, label: fullDay(day, event) })),
    hidden: {
      key: (draft.key ?? new Types.ObjectId()).toHexString(),
      shown: draft.isKnown ? markOf(group) : '',
      nth: String(announced?.length ?? 0),
    },
    numbers,
    without: namesOf(audience.without()),
    sample,
    as: draft.as,
    macros: Object.entries(macrosOf(group.kind)).map(([name, text]) => ({ name: `{${name}}`, text })),
    earlier: announced ? await sayEarlier(announced, event, now) : '',
    booking: bookingState(event, now) === 'open' ? '' : sayBooking(event, now),
    earliest: toLocal(now, event.timeZone),
    subjectMax: SUBJECT_MAX,
    textMax: TEXT_MAX,
    hasServer: deps.config.smtpUrl !== undefined,
  });
}

/**
 * A warning that it was or will be announced already: "Booking was already announced on Wednesday, November 4 at 9:00 AM to 214 people. …"
 */
async function sayEarlier(announced: Mailing[], event: PlacedEvent, now: Date): Promise<string> {
  const going = new Set((await findGoing(announced.map(({ _id }) => _id))).map(String));
  const last = announced.find(
    ({ _id, state }) => state !== 'canceled' && (state !== 'done' || going.has(_id.toHexString())),
  );
  if (!last) return '';
  const when = `${dayAndTimeSoon(last.sendAt, event, now)} to ${countOf(last.numbers.people, 'person', 'people')}`;
  return last.state === 'scheduled' && last.sendAt > now
    ? `Booking will be announced on ${when}. If you send this too, they get it twice.`
    : `Booking was already announced on ${when}. If you send this, they get it again.`;
}

function namesOf(people: Iterable<Person>): { names: string[]; more: number } {
  const all = [...people].map(({ names, email }) => names.join(', ') || email);
  return { names: all.slice(0, SHOWN_NAMES), more: Math.max(0, all.length - SHOWN_NAMES) };
}

/** The mail as the first person sees it whose name, or whose child's name, matches. Undefined if there is none. */
async function writeSample(
  deps: Deps,
  res: Response,
  { audience, group, as }: Draft,
  message: { subject: string; text: string },
) {
  const words = searchWords(as).map(beginsInKey);
  const isMeant = ({ names, email, children }: Person): boolean => {
    if (words.length === 0) return true;
    const called = [
      searchKey(...names, email),
      ...[...children].map((index) => audience.students[index]?.searchKey ?? ''),
    ].join(' ');
    return words.every((word) => word.test(called));
  };
  const person = findFirst(audience.people(), isMeant);
  if (!person) return undefined;
  const event = eventOf(res);
  const { names, email, households } = person;
  const students = [...person.children].flatMap((index) => audience.students[index]?._id ?? []);
  const sender = { event, account: { name: actorOf(res).accountName }, config: deps.config, now: deps.now() };
  const [mail] = await writeMails(sender, { group, ...message }, [
    { email, names, students, households: [...households.values()] },
  ]);
  return mail && { ...mail, to: [names.join(', '), email].filter(Boolean).join(', ') };
}

function findFirst<T>(items: Iterable<T>, isMeant: (item: T) => boolean): T | undefined {
  for (const item of items) if (isMeant(item)) return item;
  return undefined;
}

async function listTeachers({ _id, account }: Pick<PlacedEvent, '_id' | 'account'>) {
  const teachers = await Resource.find(
    { account, event: _id, status: 'active', contact: { $exists: true } },
    { name: 1, sortKey: 1 },
  )
    .sort({ sortKey: 1 })
    .lean();
  return teachers.map((teacher) => ({ value: teacher._id.toHexString(), label: teacher.name }));
}
