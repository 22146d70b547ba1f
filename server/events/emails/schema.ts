import Joi from 'joi';
import type { Event } from '../../models/event.js';
import { MESSAGE_KINDS, type MessageKind, type MessageText } from '../../models/message.js';
import { usualText } from '../../notifications/messages/default-texts.js';
import { macroText } from '../../notifications/schema.js';
import type { SettingsFields } from '../../web/compare-seen.js';
import { emailAddress, line, longText, phoneNumber } from '../../web/form-fields.js';
import type { Style } from '../../web/place.js';
import { wordsOf } from '../../web/words.js';

/** The page's names of the emails. */
export const MESSAGE_WORDS: Record<MessageKind, string> = {
  booked: 'Confirmation',
  changed: 'New time',
  cancelled: 'Cancellation',
  reminder: 'Reminder',
  plan: 'Several appointments booked together',
};

const MOST_REMINDERS = 5;
const MOST_HOURS = 336;

/** An event's texts of emails, as a form has them; '' means Slotbell's text. */
export type Texts = Record<`${MessageKind}Subject` | `${MessageKind}Text`, string>;

export interface EmailsForm extends Texts {
  officePhone: string;
  officeEmail: string;
  replyTo: string;
  /** The largest number of hours comes first. */
  reminders: number[];
  act: 'save' | 'preview';
}

const REMINDERS = `Enter the reminders as whole hours from 1 to ${MOST_HOURS}, like 48, 2.`;

const texts = Object.fromEntries(
  MESSAGE_KINDS.flatMap((kind) => [
    [`${kind}Subject`, macroText(line(200), `${MESSAGE_WORDS[kind]}, subject`, 'texts')],
    [`${kind}Text`, macroText(longText(2000), `${MESSAGE_WORDS[kind]}, text`, 'texts')],
  ]),
) as Record<keyof Texts, Joi.StringSchema>;
const act = Joi.string().valid('save', 'preview').default('save').label('what to do');

export const emailsForm = Joi.object<EmailsForm, true>({
  officePhone: phoneNumber().allow('').default('').label('the office’s phone number'),
  officeEmail: address('the office’s email address'),
  replyTo: address('the address for replies'),
  reminders: Joi.string()
    .trim()
    .empty('')
    .max(60)
    .default([])
    .custom(hoursOf)
    .messages({
      'reminders.none': REMINDERS,
      'reminders.many': `Enter ${MOST_REMINDERS} reminders at most.`,
      'string.max': REMINDERS,
      'string.base': REMINDERS,
    }) as unknown as Joi.ArraySchema<number[]>,
  ...texts,
  act,
});

/** The texts for families who read another language. */
export const translationForm = Joi.object<Texts & Pick<EmailsForm, 'act'>, true>({ ...texts, act });

function address(label: string): Joi.StringSchema {
  return emailAddress()
    .allow('')
    .default('')
    .label(label)
    .messages({ 'string.email': `Enter ${label}, like office@example.org.` });
}

function hoursOf(text: string, check: Joi.CustomHelpers): unknown {
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  const hours = [...new Set(parts.map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 0)))];
  if (hours.some((one) => one < 1 || one > MOST_HOURS)) return check.error('reminders.none');
  return hours.length > MOST_REMINDERS ? check.error('reminders.many') : hours.sort((a, b) => b - a);
}

export const textFields: SettingsFields = Object.fromEntries(
  MESSAGE_KINDS.flatMap((kind) => [
    [`${kind}Subject`, { label: `${MESSAGE_WORDS[kind]}, subject` }],
    [`${kind}Text`, { label: `${MESSAGE_WORDS[kind]}, text` }],
  ]),
);

export const emailFields: SettingsFields = {
  officePhone: { label: 'Office phone' },
  officeEmail: { label: 'Office email' },
  replyTo: { label: 'Replies go to' },
  reminders: { label: 'Reminders' },
  ...textFields,
};

/** What the form shows of an event, in the school's language. */
export function emailsOf(
  event: Pick<Event, 'office' | 'reminders' | 'messages'> & Style,
): Record<string, string> {
  return {
    officePhone: event.office?.phone ?? '',
    officeEmail: event.office?.email ?? '',
    replyTo: event.office?.replyTo ?? '',
    reminders: (event.reminders ?? []).join(', '),
    ...fieldsOf((kind) => event.messages?.[kind] ?? usualText(kind, wordsOf(event))),
  };
}

/** The texts of all kinds as a form has them. */
export function fieldsOf(textOf: (kind: MessageKind) => MessageText): Texts {
  return Object.fromEntries(
    MESSAGE_KINDS.flatMap((kind) => {
      const { subject, text } = textOf(kind);
      return [
        [`${kind}Subject`, subject],
        [`${kind}Text`, text],
      ];
    }),
  ) as Texts;
}

export type Messages = Partial<Record<MessageKind, MessageText>>;

/**
 * The texts of a form that are stored: those that differ from what families are sent without them. What is left empty of one is Slotbell's.
 * @param place the language of the texts
 * @param own what is sent where nothing is written; absent: Slotbell's
 */
export function messagesIn(form: Texts, place: Style, own: Messages = {}): Messages {
  const written: Messages = {};
  for (const kind of MESSAGE_KINDS) {
    const usual = usualText(kind, wordsOf(place));
    const [subject, text] = [form[`${kind}Subject`], form[`${kind}Text`]];
    const typed = { subject: subject || usual.subject, text: text ? `${text}\n` : usual.text };
    const isUsual = typed.subject === usual.subject && typed.text === usual.text;
    const isLeft = own[kind] ? subject === '' && text === '' : isUsual;
    if (!isLeft) written[kind] = typed;
  }
  return written;
}
