import Joi from 'joi';
import { tick } from '../web/parse.js';

/** What becomes of appointments that lie ahead. */
export type Outcome = 'keep' | 'cancel';

export interface TakingForm {
  /** Asked for where appointments lie ahead. */
  appointments?: Outcome;
  /** Whether the adult is told by email. */
  tell: boolean;
}

export const takingSchema = Joi.object<TakingForm, true>({
  appointments: Joi.string().valid('keep', 'cancel').empty(''),
  tell: tick(),
});
