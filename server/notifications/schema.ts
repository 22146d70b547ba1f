import Joi from 'joi';
import { MAIL_STATES, type MailState } from '../models/notification.js';
import { line } from '../web/form-fields.js';
import { unknownMacros } from './messages/macros.js';

/** The parameters of an outbox page's address. */
export interface OutboxQuery {
  /** Part of an address that mails went to. */
  q: string;
  state: MailState | '';
  page: number;
}

export const outboxQuery = Joi.object<OutboxQuery, true>({
  q: line(100).allow('').default(''),
  state: Joi.string()
    .valid(...MAIL_STATES, '')
    .default(''),
  page: Joi.number().integer().min(1).max(100_000).default(1),
});

/**
 * An event's own text, in which every macro is known; '' means Slotbell's text.
 * @param beside what stands above the list of macros on the form
 */
export function macroText(text: Joi.StringSchema, label: string, beside: 'text' | 'texts'): Joi.StringSchema {
  return text
    .allow('')
    .default('')
    .custom((value: string, check) => {
      const [unknown] = unknownMacros(value);
      return unknown ? check.error('macro.unknown', { unknown }) : value;
    })
    .messages({
      'macro.unknown': `${label}: “{#unknown}” can’t be filled in. Use what the list above the ${beside} shows.`,
      'string.max': `${label}: use {#limit} characters at most.`,
      'string.base': `${label}: enter it once.`,
    });
}
