import Joi from 'joi';
import type { Notification } from '../models/notification.js';

/** What an outbox page may be asked for in its address. */
export interface OutboxQuery {
  state?: Notification['state'];
  page: number;
}

export const outboxQuery = Joi.object<OutboxQuery, true>({
  state: Joi.string().valid('queued', 'sending', 'sent', 'kept', 'failed'),
  page: Joi.number().integer().min(1).max(10_000).default(1),
});
