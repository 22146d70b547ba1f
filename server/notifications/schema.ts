import Joi from 'joi';
import { MAIL_STATES, type MailState } from '../models/notification.js';
import { line } from '../web/parse.js';

/** What an outbox page may be asked for in its address. */
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
