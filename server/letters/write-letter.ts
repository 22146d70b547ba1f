import type { CodeOnPaper } from '../contacts/codes/make-codes-again.js';
import { contactName, type Contact } from '../models/contact.js';
import type { MessageText } from '../models/message.js';
import { fillMacros, type MacroValues } from '../notifications/messages/macros.js';
import { bookingState } from '../web/booking-state.js';
import { dayAndTimeSoon, daysInWords } from '../web/format-time.js';
import type { PlacedEvent } from '../web/place.js';
import { callOffice, sayCallOffice } from '../web/say-office.js';

/** The text if an event has none of its own. */
export const DEFAULT_LETTER: MessageText = {
  subject: '{event}: choose your times',
  text: 'To the family of {student},\n\n{news} You choose the teachers and the times. It takes about two minutes, on a phone or a computer.\n\n{details}\n\nQuestions? {office}\n',
};

/** What all letters of a printing have in common. */
export interface LetterFrame {
  event: PlacedEvent;
  school: string;
  link: string;
  now: Date;
}

/** What a letter says: its text, and how the family adds the child. */
export interface Letter {
  title: string;
  paragraphs: string[];
  steps: string[];
  code: string;
  /** The amount of text, so that a long letter gets smaller print. */
  length: number;
}

type Child = Pick<Contact, 'firstName' | 'lastName' | 'schoolId'>;

/** One family's letter. */
export function writeLetter(
  frame: LetterFrame,
  text: MessageText,
  child: Child,
  held: { className: string; teacher: string },
  paper: CodeOnPaper,
): Letter {
  const values = valuesOf(frame, child, held);
  const title = fillMacros(text.subject, values).replace(/\s+/g, ' ').trim();
  const body = fillMacros(text.text, values).trim();
  const steps = stepsOf(frame, child, paper);
  return {
    title,
    paragraphs: body.split(/\n{2,}/),
    steps,
    code: paper.code,
    length: title.length + body.length + 60 * body.split('\n').length + steps.join('').length,
  };
}

function valuesOf(
  { event, school, link, now }: LetterFrame,
  child: Child,
  held: { className: string; teacher: string },
): MacroValues {
  const when = daysInWords(event.days, event);
  const where = event.place;
  return {
    news: sayOpening(event, now),
    details: [`When: ${when}`, ...(where ? [`Where: ${where}`] : [])].join('\n'),
    parent: `Family of ${contactName(child)}`,
    student: contactName(child),
    teacher: held.teacher,
    class: held.className,
    when,
    where,
    event: event.name,
    school,
    office: sayCallOffice(event),
    link,
  };
}

/** When families can book, in a sentence. */
export function sayOpening(event: PlacedEvent, now: Date): string {
  const { opensAt, closesAt } = event.booking;
  const at = (moment: Date) => dayAndTimeSoon(moment, event, now);
  switch (bookingState(event, now)) {
    case 'open':
      return closesAt ? `You can book until ${at(closesAt)}.` : 'You can book now.';
    case 'before':
      return opensAt ? `You can book from ${at(opensAt)}.` : 'Booking opens soon.';
    case 'not set':
      return 'Booking opens soon.';
    default:
      return 'Booking is closed.';
  }
}

function stepsOf({ event, link }: LetterFrame, child: Child, paper: CodeOnPaper): string[] {
  const open = `Scan the code, or open ${link}`;
  const register = 'Register with your email address.';
  const name = child.firstName || contactName(child);
  if (child.schoolId === '') return [open, register, `To add ${name}, ${callOffice(event)}.`];
  const add = `Add ${name} with the Student ID ${child.schoolId}`;
  if (paper.code) return [open, register, `${add} and the one-time code ${paper.code}.`];
  return [open, register, `${add} and ${name}’s birth date, or the code from an earlier letter.`];
}
