import Joi from 'joi';
import { Types } from 'mongoose';
import type { Event } from '../models/event.js';
import { MAILING_GROUPS, type GroupKind, type MailingGroup } from '../models/mailing.js';
import { unknownMacros } from '../notifications/messages/macros.js';
import type { MessageText } from '../models/message.js';
import { nameLanguage } from '../web/name-languages.js';
import { LANGUAGES, type Language } from '../web/words.js';
import { fromLocal } from '../web/local-time.js';
import { dayAndTime } from '../web/format-time.js';
import { line, longText, objectId } from '../web/form-fields.js';
import type { PlacedEvent } from '../web/place.js';
import { AHEAD_MS, macrosOf, MOST_TICKED, SUBJECT_MAX, TEXT_MAX } from './policy.js';

export const pageSchema = Joi.object<{ page: number }, true>({
  page: Joi.number().integer().min(1).max(10_000).default(1),
});

/** The requested group: a part of the form, and of the address that leads to it. */
export interface GroupForm {
  group: GroupKind;
  class?: Types.ObjectId;
  teacher?: Types.ObjectId;
  day: string;
  /** The selected rows; each has a family's students. */
  students: Types.ObjectId[];
}

const groupFields = ({ days }: Pick<Event, 'days'>) => ({
  group: Joi.string()
    .valid(...MAILING_GROUPS)
    .default('guardians')
    .label('who gets it'),
  class: objectId().empty('').label('a class'),
  teacher: objectId().empty('').label('a teacher from the list'),
  day: Joi.string()
    .valid(...days, '')
    .default('')
    .label('a day'),
  students: Joi.array()
    .single()
    .max(MOST_TICKED)
    .custom(idsOf)
    .default([])
    .label('the families from the list'),
});

export const groupQuery = (event: Pick<Event, 'days'>) => Joi.object<GroupForm>(groupFields(event));

const ID = /^[0-9a-f]{24}$/;

/** A row's box has the ids of all its students. */
function idsOf(values: unknown[], check: Joi.CustomHelpers): unknown {
  const ids = new Set<string>();
  for (const value of values) {
    if (typeof value !== 'string' || value.length > MOST_TICKED * 25) return check.error('array.base');
    for (const id of value.split(',').filter(Boolean)) {
      if (!ID.test(id)) return check.error('array.base');
      ids.add(id);
    }
  }
  if (ids.size > MOST_TICKED) return check.error('array.max', { limit: MOST_TICKED });
  return [...ids].map((id) => new Types.ObjectId(id));
}

export interface MailingForm extends GroupForm {
  /** Absent: the default text of such a mail. */
  subject?: string;
  text?: string;
  /** The same in other languages, by their codes. */
  translations: Record<string, MessageText>;
  when: 'now' | 'later';
  /** A local time, as fields have it. */
  sendAt: string;
  /** A part of the name of the person for whom the preview is made. */
  as: string;
  act: 'preview' | 'send';
  /** The group whose numbers the page showed. */
  shown: string;
  /** The mark of the text whose other languages the page asked to look at. */
  told: string;
  /** The marks of the texts with which the form opened. */
  opened: string;
  /** Identifies the click: the same one twice sends once. */
  key: Types.ObjectId;
  /** The number of earlier announcements. */
  nth: number;
}

/** The names of the fields of a text in another language. */
export const fieldsIn = ({ code }: Language) => ({ subject: `subject-${code}`, text: `text-${code}` });

/** @param others the languages besides the school's own */
export const mailingForm = (event: Pick<Event, 'days'>, others: readonly Language[]) =>
  Joi.object<MailingForm>({
    ...groupFields(event),
    subject: line(SUBJECT_MAX).allow('').label('a subject'),
    text: longText(TEXT_MAX)
      .allow('')
      .label('the text')
      .messages({ 'string.max': 'Text: use {#limit} characters at most.' }),
    ...Object.fromEntries(
      others.flatMap((language) => {
        const { subject, text } = fieldsIn(language);
        const name = nameLanguage(language);
        return [
          [subject, line(SUBJECT_MAX).allow('').default('').label(`a subject in ${name}`)],
          [text, longText(TEXT_MAX).allow('').default('').label(`the text in ${name}`)],
        ];
      }),
    ),
    when: Joi.string().valid('now', 'later').default('now').label('when it is sent'),
    sendAt: Joi.string()
      .max(16)
      .pattern(/^20\d\d-\d\d-\d\dT\d\d:\d\d$/)
      .allow('')
      .default('')
      .label('a date and a time to send it'),
    as: line(100).allow('').default(''),
    act: Joi.string().valid('preview', 'send').default('preview').label('what to do'),
    shown: Joi.string().max(100).allow('').default(''),
    told: Joi.string().max(100).allow('').default(''),
    opened: Joi.string().max(1000).allow('').default(''),
    key: objectId().default(() => new Types.ObjectId()),
    nth: Joi.number().integer().min(0).max(1000).default(0),
  }).custom((form: MailingForm) => ({ ...form, translations: translationsIn(form, others) }));

/** The languages in which something was written. */
export function translationsIn(form: object, others: readonly Language[]): Record<string, MessageText> {
  const sent = form as Record<string, string>;
  return Object.fromEntries(
    others.flatMap((language) => {
      const names = fieldsIn(language);
      const [subject, text] = [sent[names.subject] ?? '', sent[names.text] ?? ''];
      return subject || text.trim() ? [[language.code, { subject, text }]] : [];
    }),
  );
}

/** The values with which an invalid form is shown again, beside its texts and its group. */
export const draftQuery = Joi.object<Pick<MailingForm, 'as'> & { key?: Types.ObjectId }>({
  as: line(100).allow('').default(''),
  key: objectId(),
});

/** The group that a form names; a message by field if it names none. */
export function groupOf(form: GroupForm): { group: MailingGroup } | { errors: Record<string, string> } {
  const kind = form.group;
  const { class: held, teacher, day, students } = form;
  if (kind === 'class') return held ? { group: { kind, class: held } } : { errors: { group: NO_CLASS } };
  if (kind === 'teacher')
    return teacher ? { group: { kind, teacher } } : { errors: { teacher: 'Select a teacher.' } };
  if (kind === 'day') return day ? { group: { kind, day } } : { errors: { day: 'Select a day.' } };
  if (kind === 'ticked')
    return students.length > 0 ? { group: { kind, students } } : { errors: { group: NO_ROWS } };
  return { group: { kind } };
}

const NO_CLASS = 'Select who gets it. To write to the families of a class, open the class first.';
const NO_ROWS = 'Select the families in the report first.';

/** What is wrong with a mailing, by field. */
export function findFaults(
  form: MailingForm,
  event: PlacedEvent,
  now: Date,
): { sendAt: Date; errors: Record<string, string> } {
  const errors: Record<string, string> = {};
  const macros = macrosOf(form.group);
  const check = (field: string, label: string, text: string, missing: string) => {
    const [unknown] = unknownMacros(text, macros);
    if (text.trim() === '') errors[field] = missing;
    else if (unknown)
      errors[field] = `${label}: “${unknown}” can’t be filled in for this group. Use what the list shows.`;
  };
  check('subject', 'Subject', form.subject ?? '', 'Enter a subject.');
  check('text', 'Text', form.text ?? '', 'Enter the text.');
  for (const language of LANGUAGES) {
    const written = form.translations[language.code];
    if (!written) continue;
    const [name, names] = [nameLanguage(language), fieldsIn(language)];
    const empty = `, or leave subject and text in ${name} empty`;
    check(names.subject, `Subject in ${name}`, written.subject, `Enter a subject in ${name}${empty}.`);
    check(names.text, `Text in ${name}`, written.text, `Enter the text in ${name}${empty}.`);
  }
  if (form.when === 'now') return { sendAt: now, errors };
  const sendAt = form.sendAt ? fromLocal(form.sendAt, event.timeZone) : undefined;
  if (!sendAt)
    errors.sendAt = form.sendAt
      ? 'The clocks skip that time. Enter another time to send it.'
      : 'Enter the date and the time to send it.';
  else if (sendAt <= now)
    errors.sendAt = `Enter a time to send it that’s after ${dayAndTime(now, event)}, or select Now.`;
  else if (+sendAt - +now > AHEAD_MS) errors.sendAt = 'Enter a time to send it within a year.';
  return { sendAt: sendAt ?? now, errors };
}
