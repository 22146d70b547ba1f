import Joi from 'joi';
import {
  CHANGE_ACTIONS,
  CHANGE_STATES,
  type ChangeAction,
  type ChangeState,
} from '../../models/roster-change.js';
import { line } from '../../web/form-fields.js';
import { oneKind } from '../run/schema.js';

/** Which of a run's changes are shown; '' is all. */
export interface ChangesQuery {
  q: string;
  kind: string;
  action: ChangeAction | '';
  state: ChangeState | '';
}

export const changesQuery = Joi.object<ChangesQuery & { page: number }, true>({
  q: line(100).allow('').default(''),
  kind: oneKind,
  action: Joi.string()
    .valid('', ...CHANGE_ACTIONS)
    .default(''),
  state: Joi.string()
    .valid('', ...CHANGE_STATES)
    .default(''),
  page: Joi.number().integer().min(1).max(100_000).default(1),
});
