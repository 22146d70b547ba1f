import type { Response } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { contentHash } from '../models/content-hash.js';
import type { Mailing, MailingGroup } from '../models/mailing.js';
import { Resource } from '../models/resource.js';
import { findGoing } from '../notifications/find-going.js';
import { beginsInKey, searchKey, searchWords } from '../models/search-key.js';
import { accountOf } from '../web/actor.js';
import { bookingState } from '../web/booking-state.js';
import { dayAndTimeSoon, fullDay } from '../web/format-time.js';
import { countOf } from '../web/format-count.js';
import { toLocal } from '../web/local-time.js';
import { eventOf } from '../web/guards.js';
import { nameLanguage } from '../web/name-languages.js';
import { otherLanguages } from '../web/other-languages.js';
import type { Form } from '../web/parse.js';
import type { PlacedEvent } from '../web/place.js';
import { sayBooking } from '../events/policy.js';
import type { Audience, Person } from './collect-audience.js';
import { beginningOf, macrosOf, SUBJECT_MAX, TEXT_MAX, wholeText } from './policy.js';
import { fieldsIn, translationsIn, type GroupForm } from './schema.js';
import { openedWith } from './find-left.js';
import { announcePath, homeOf, mailingsPage } from './show-frame.js';
import { wordsOf, type Language } from '../web/words.js';
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
  /** The mark of the text whose other languages the page asks to look at. */
  told?: string;
  /** The marks of the texts with which the form opened, where it was sent before. */
  opened?: string;
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
  const spoken = otherLanguages(res);
  const others = group.kind === 'teachers' ? [] : spoken;
  const beginning = beginningIn(event, draft, spoken);
  const { subject, text } = beginning;
  // What was typed is not joined by a text that nobody has seen.
  const isTyped = typeof form.values.subject === 'string';
  const values = {
    ...(isTyped ? { subject, text } : beginning),
    when: 'now',
    ...draft.asked,
    ...Object.fromEntries(Object.entries(form.values).filter(([, value]) => typeof value === 'string')),
    group: draft.isKnown ? group.kind : (draft.asked.group ?? ''),
  };
  const numbers = audience.numbers();
  const [samples, teachers] = await Promise.all([
    writeSamples(deps, res, draft, values, others),
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
      told: draft.told ?? '',
      opened: draft.opened ?? openedWith(beginning, spoken),
    },
    numbers,
    without: namesOf(audience.without()),
    sample: samples[0],
    others: others.map((language, index) => ({
      language: { ...language, name: nameLanguage(language) },
      ...{ names: fieldsIn(language), sample: samples[index + 1] },
    })),
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

/** A warning about an earlier announcement: "Booking was already announced on Wednesday, November 4 at 9:00 AM to 214 people. …" */
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
  const all = Array.from(people, calledOf).sort((a, b) => (a < b ? -1 : 1));
  return { names: all.slice(0, SHOWN_NAMES), more: Math.max(0, all.length - SHOWN_NAMES) };
}

function calledOf({ names, email }: Person): string {
  return names.join(', ') || email;
}

/** The texts with which the form opens: those of the last announcement, or Slotbell's. */
function beginningIn(event: PlacedEvent, { announced, group }: Draft, others: Language[]) {
  const kind = announced ? 'announcement' : group.kind;
  const last = announced?.[0];
  const usual = last ?? beginningOf(kind, wordsOf(event));
  const inOthers = others.flatMap((language) => {
    const names = fieldsIn(language);
    const text = last ? last.translations?.[language.code] : wholeText(kind, wordsOf(language));
    return [
      [names.subject, text?.subject ?? ''],
      [names.text, text?.text ?? ''],
    ];
  });
  return {
    subject: usual.subject,
    text: usual.text,
    ...(Object.fromEntries(inOthers) as Record<string, string>),
  };
}

/**
 * The mail as the first person by name sees it whose name, or whose child's name, matches: in the school's language, then in the others
 * that it is written in. Empty if there is nobody.
 */
async function writeSamples(
  deps: Deps,
  res: Response,
  { audience, group, as }: Draft,
  values: Record<string, unknown>,
  others: Language[],
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
  if (!person) return [];
  const event = eventOf(res);
  const { names, email, households } = person;
  const students = [...person.children].flatMap((index) => audience.students[index]?._id ?? []);
  const reader = { email, names, students, households: [...households.values()] };
  const account = accountOf(res);
  const typed = (name: string): string => (typeof values[name] === 'string' ? values[name] : '');
  const translations = translationsIn(values, others);
  const codes = Object.keys(translations);
  const mails = await writeMails(
    { event, account, config: deps.config, now: deps.now() },
    { group, subject: typed('subject'), text: typed('text'), translations },
    [reader, ...codes.map((language) => ({ ...reader, language }))],
  );
  const to = [names.join(', '), email].filter(Boolean).join(', ');
  const shown = (index: number) => mails[index] && { ...mails[index], to };
  return [
    shown(0),
    ...others.map(({ code }) => (code in translations ? shown(codes.indexOf(code) + 1) : undefined)),
  ];
}

/** The database gives people in any order. One walk finds the first by name; sorting thousands of them for one would take longer. */
function findFirst(people: Iterable<Person>, isMeant: (person: Person) => boolean): Person | undefined {
  let first: Person | undefined;
  for (const person of people) if ((!first || isBefore(person, first)) && isMeant(person)) first = person;
  return first;
}

function isBefore(one: Person, other: Person): boolean {
  const [called, than] = [calledOf(one), calledOf(other)];
  return called === than ? one.email < other.email : called < than;
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
