import type { GroupKind } from '../models/mailing.js';
import type { MessageText } from '../models/message.js';
import { ENGLISH, type Words } from '../web/words.js';

/** The longest text of a mailing. */
export const TEXT_MAX = 4000;
export const SUBJECT_MAX = 200;
/** The most students that can be selected. */
export const MOST_TICKED = 500;
/** How far ahead a mailing can be scheduled. */
export const AHEAD_MS = 366 * 24 * 3600_000;

/** The macros of a mailing's text, like {student}, and what each stands for. */
const MAILING_MACROS = {
  parent: 'The name of the person you write to',
  student: 'The first names of this person’s children in the group',
  event: 'The event’s name',
  school: 'The school’s name',
  details: 'The event’s days and place, each on its own line',
  booking: 'Whether families can book now, or from when',
  meetings: 'The family’s meetings on that day, each on its own line',
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

/** The text with which a mail to a group begins, by its kind of group; `announcement` until the school writes its own. */
export function beginningOf(kind: GroupKind | 'announcement', t: Words = ENGLISH): MessageText {
  return wholeText(kind, t) ?? (kind === 'day' ? OF_DAY : PLAIN);
}

/** A text that can be sent as it is; there is none where the office has to say what it is about. */
export function wholeText(kind: GroupKind | 'announcement', t: Words): MessageText | undefined {
  if (kind === 'announcement')
    return { subject: t('mailings.announceSubject'), text: t('mailings.announceText') };
  if (kind === 'unbooked' || kind === 'partly' || kind === 'ticked')
    return { subject: t('mailings.remindSubject'), text: t('mailings.remindText') };
  return undefined;
}

const PLAIN: MessageText = { subject: '', text: 'Hello {parent},\n\n\n\nQuestions? {office}\n' };

const OF_DAY: MessageText = {
  subject: '{event}: your meetings',
  text: 'Hello {parent},\n\n\n\nYour meetings:\n{meetings}\n\nSee, change, or cancel them here:\n{link}\n\nQuestions? {office}\n',
};
