import type { GroupKind } from '../models/mailing.js';
import type { MessageText } from '../models/message.js';

/** The longest text of a mailing. */
export const TEXT_MAX = 4000;
export const SUBJECT_MAX = 200;
/** The most students that can be selected. */
export const MOST_TICKED = 500;
/** How far ahead a mailing can be scheduled. */
export const AHEAD_MS = 366 * 24 * 3600_000;

/** The macros of a mailing's text, like {student}, and what each stands for. */
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

/** The macros for a group. Only a day's families are known by their meetings, and teachers have no children here. */
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

/** The text of an announcement until the school writes its own. */
export const ANNOUNCEMENT: MessageText = {
  subject: '{event}: book your meetings',
  text: `Hello {parent},\n\n{school} invites you to meet the teachers of {student}.\n\n${BOOK}`,
};

/** The text with which the form for a group opens. */
export function beginningOf(kind: GroupKind): MessageText {
  if (kind === 'unbooked' || kind === 'partly' || kind === 'ticked') return REMINDER;
  if (kind === 'day')
    return {
      subject: '{event}: your meetings',
      text: 'Hello {parent},\n\n\n\nYour meetings:\n{meetings}\n\nSee, change or cancel them here:\n{link}\n\nQuestions? {office}\n',
    };
  return PLAIN;
}
