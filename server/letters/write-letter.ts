import type { CodeOnPaper } from '../contacts/codes/make-codes-again.js';
import { contactName, type Contact } from '../models/contact.js';
import type { MessageText } from '../models/message.js';
import { fillMacros, type MacroValues } from '../notifications/messages/macros.js';
import { daysInWords } from '../web/format-time.js';
import type { PlacedEvent } from '../web/place.js';
import { langOf } from '../web/read-language.js';
import { ENGLISH, languageOf, wordsOf, type Words } from '../web/words.js';
import { callOffice, sayCallOffice } from '../web/say-office.js';
import { sayOpening } from '../web/say-opening.js';

/** Slotbell's own text, for an event that has none. @param t of who reads it */
export function usualLetter(t: Words = ENGLISH): MessageText {
  return { subject: t('letters.subject'), text: t('letters.text') };
}

/** The same letter in two languages, for families who read either. */
export function joinLetters(one: Letter, other: Letter): Letter {
  return { ...one, other, length: one.length + other.length };
}

/** What all letters of a printing have in common. */
export interface LetterFrame {
  event: PlacedEvent;
  school: string;
  link: string;
  now: Date;
}

/** What a letter says: its text, and how the family adds the child. */
export interface Letter {
  /** Its language for a browser, and the direction of its text. */
  lang: string;
  dir: string;
  title: string;
  paragraphs: string[];
  steps: string[];
  code: string;
  /** The amount of text, so that a long letter gets smaller print. */
  length: number;
  /** The same in a second language. */
  other?: Letter;
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
    lang: langOf(frame.event.locale),
    dir: languageOf(frame.event).direction,
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
  const t = wordsOf(event);
  const when = daysInWords(event.days, event);
  const where = event.place;
  return {
    news: sayOpening(event, now),
    details: [t('mails.detailWhen', { when }), ...(where ? [t('mails.detailWhere', { where })] : [])].join(
      '\n',
    ),
    parent: t('letters.family', { child: contactName(child) }),
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

function stepsOf({ event, link }: LetterFrame, child: Child, paper: CodeOnPaper): string[] {
  const t = wordsOf(event);
  const open = t('letters.open', { link });
  const register = t('letters.register');
  const name = child.firstName || contactName(child);
  const { schoolId: number } = child;
  if (number === '')
    return [open, register, t('letters.addCall', { child: name, office: callOffice(event) })];
  const add = paper.code
    ? // A line break in a code is read as part of it.
      t('letters.addCode', { child: name, code: paper.code.replace('-', '\u2011') })
    : t('letters.add', { child: name, number });
  return [open, register, add];
}
