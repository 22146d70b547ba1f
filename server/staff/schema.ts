import Joi from 'joi';
import type { Types } from 'mongoose';
import type { RosterState } from '../accounts/read-states.js';
import { ACCESS_LEVELS, type AccessLevel } from '../models/user.js';
import { idText, line, objectIds, tick } from '../web/form-fields.js';

/** Levels that many people can get at once. Administrators are made one by one. */
export const BULK_LEVELS = ACCESS_LEVELS.filter((level) => level !== 'customer' && level !== 'administrator');

/** The most people at once. */
export const MOST_PEOPLE = 2000;

export const ROSTER_STATES: RosterState[] = ['none', 'invited', 'account', 'no email'];

export interface RosterFilter {
  q: string;
  type: 'teacher' | 'staff' | '';
  school: string;
  state: RosterState | '';
}

const filter = {
  q: line(100).allow('').default(''),
  type: Joi.string().valid('', 'teacher', 'staff').default('teacher'),
  school: idText().allow('').default(''),
  state: Joi.string()
    .valid('', ...ROSTER_STATES)
    .default('none'),
};

export const rosterQuery = Joi.object<RosterFilter & { page: number }, true>({
  ...filter,
  page: Joi.number().integer().min(1).max(10_000).default(1),
});

const ids = () => objectIds(MOST_PEOPLE).default([]).label('people from the list');
const OPEN_AGAIN = 'Open this page again, and select the people again.';

const once = () =>
  Joi.string()
    .max(40)
    .pattern(/^[\w-]{8,40}$/)
    .required()
    .messages({
      'any.required': OPEN_AGAIN,
      'string.empty': OPEN_AGAIN,
      'string.base': OPEN_AGAIN,
      'string.max': OPEN_AGAIN,
      'string.pattern.base': OPEN_AGAIN,
    });

export interface InviteForm extends RosterFilter {
  ids: Types.ObjectId[];
  all: boolean;
  level: AccessLevel;
  once: string;
}

export const inviteForm = Joi.object<InviteForm, true>({
  ...filter,
  ids: ids(),
  all: tick(),
  level: Joi.string()
    .valid(...BULK_LEVELS)
    .required()
    .label('an access level'),
  once: once(),
});

export interface StaffFilter {
  q: string;
  state: 'active' | 'invited' | '';
}

export interface BulkForm extends StaffFilter {
  ids: Types.ObjectId[];
  all: boolean;
  /** `again all`: everybody who has not answered, whatever is selected. */
  act: 'level' | 'again' | 'again all' | 'remove';
  toLevel: AccessLevel;
  once: string;
  sure: boolean;
  /** What the page that asked has shown (`printOfLogins`). */
  seen: string;
}

const staffFilter = {
  q: line(100).allow('').default(''),
  state: Joi.string().valid('', 'active', 'invited').default(''),
};

export const bulkForm = Joi.object<BulkForm, true>({
  ...staffFilter,
  ids: ids(),
  all: tick(),
  act: Joi.string().valid('level', 'again', 'again all', 'remove').required().label('what to do'),
  toLevel: Joi.string()
    .valid(...BULK_LEVELS)
    .default('resource administrator')
    .label('an access level'),
  once: once(),
  sure: tick(),
  seen: Joi.string().max(60).allow('').default(''),
});
