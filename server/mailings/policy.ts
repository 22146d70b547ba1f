import type { GroupKind } from '../models/mailing.js';
import type { MessageText } from '../models/message.js';

/** Longest text of a mailing. */
export const TEXT_MAX = 4000;
export const SUBJECT_MAX = 200;
/** Students that can be ticked. */
export const MOST_TICKED = 500;
/** Sent at most so far ahead. */
export const AHEAD_MS = 366 * 24 * 3600_000;

/** What can stand in a mailing's text, as {student}, with what each becomes. */
export const MAILING_MACROS = {
  parent: 'The name of the person you write to',
  student: 'The first names of this person’s children in the group',
  event: 'The event’s name',
  school: 'The school’s name',
  details: 'The event’s days and place, each on a line',
  booking: 'Whether families can book now, or from when',
  meetings: 'The family’s meetings on that day, each on a line',
  link: 'The address of the event’s page',
  office: 'How to reach the office, in a sentence',
} as const;

type MailingMacro = keyof typeof MAILING_MACROS;
export type MailingValues = Record<MailingMacro, string>;

/** What can be filled in for a group. Only a day's families are known by their meetings, and teachers have no children here. */
export function macrosOf(kind: GroupKind): Partial<Record<MailingMacro, string>> {
  const { student, meetings, booking, ...all } = MAILING_MACROS;
  if (kind === 'teachers') return all;
  return { ...all, student, booking, ...(kind === 'day' ? { meetings } : {}) };
}

const BOOK = `{details}

{booking}

Use this email address to log in or register. Then your children are listed already:
{link}

Questions? {office}
`;

const REMINDER: MessageText = {
  subject: 'Please book a meeting for {student}',
  text: `Hello {parent},\n\nThere is no meeting for {student} yet at {event}.\n\n${BOOK}`,
};

const PLAIN: MessageText = { subject: '', text: 'Hello {parent},\n\n\n\nQuestions? {office}\n' };

/** What an announcement says while the school has no words of its own. */
export const ANNOUNCEMENT: MessageText = {
  subject: '{event}: book your meetings',
  text: `Hello {parent},\n\n{school} invites you to meet the teachers of {student}.\n\n${BOOK}`,
};

/** What the form for a group begins with. */
export function beginningOf(kind: GroupKind): MessageText {
  if (kind === 'unbooked' || kind === 'partly' || kind === 'ticked') return REMINDER;
  if (kind === 'day')
    return {
      subject: '{event}: your meetings',
      text: 'Hello {parent},\n\n\n\nYour meetings:\n{meetings}\n\nSee, change or cancel them here:\n{link}\n\nQuestions? {office}\n',
    };
  return PLAIN;
}
