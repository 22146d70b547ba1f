import Joi from 'joi';
import { IANAZone } from 'luxon';
import { ACCESS_LEVELS, type AccessLevel } from '../models/user.js';
import { emailAddress, line, objectId, objectIds } from '../web/form-fields.js';
import type { Types } from 'mongoose';

/** Long enough to resist guessing, without rules that make people write it down (NIST SP 800-63B, 3.1.1). */
export const newPassword = (): Joi.StringSchema =>
  Joi.string()
    .min(10)
    .max(200)
    .required()
    .label('a password')
    .messages({ 'string.min': 'Use at least 10 characters. Three or four words work well.' });

export const timeZone = (): Joi.StringSchema =>
  Joi.string()
    .max(60)
    .custom((value: string, check) => (IANAZone.isValidZone(value) ? value : check.error('any.only')))
    .label('a time zone');

export const personName = (): Joi.StringSchema => line(120).required().label('your name');

export interface Setup {
  code: string;
  accountName: string;
  timeZone: string;
  name: string;
  email: string;
  password: string;
}

export const setupSchema = Joi.object<Setup, true>({
  code: line(100).required().label('the setup code'),
  accountName: line(120).required().label('the name of your school or district'),
  timeZone: timeZone().required(),
  name: personName(),
  email: emailAddress().required(),
  password: newPassword(),
});

export interface Login {
  email: string;
  password: string;
  next: string;
}

/** Only paths of Slotbell are allowed; anything else is dropped. */
export const nextPath = (): Joi.StringSchema =>
  Joi.string()
    .max(500)
    .pattern(/^\/(?![/\\])[^\\\p{Cc}]*$/u)
    .empty('')
    .failover('')
    .default('');

export const nextQuery = Joi.object<{ next: string }, true>({ next: nextPath() });

export const loginSchema = Joi.object<Login, true>({
  email: line(254).lowercase().required().label('your email address'),
  password: Joi.string().max(200).required().label('your password'),
  next: nextPath(),
});

export const forgotSchema = Joi.object<{ email: string; next: string }, true>({
  email: emailAddress().required(),
  next: nextPath(),
});

export interface PasswordForm {
  password: string;
  /** Required if the person who gave the login its name may be a stranger. */
  name: string;
}

export const passwordSchema = Joi.object<PasswordForm, true>({
  password: newPassword(),
  name: line(120).allow('').default('').label('your name'),
});

export const chooseAccountSchema = Joi.object<{ account: Types.ObjectId; next: string }, true>({
  account: objectId().required().label('a school'),
  next: nextPath(),
});

export interface Invitation {
  email: string;
  name: string;
  /** The whole account, some events, or a teacher's own. */
  scope: 'account' | 'events' | 'contact';
  level: AccessLevel;
  events: Types.ObjectId[];
  contact?: Types.ObjectId;
}

const staffLevels = ACCESS_LEVELS.filter((level) => level !== 'customer');

/** Administrators always have the whole account. */
const eventLevels = staffLevels.filter((level) => level !== 'administrator');

/** More events than a school has at a time. */
export const MOST_EVENTS = 200;

export const invitationSchema = Joi.object<Invitation, true>({
  name: line(120).required().label('a name'),
  email: emailAddress().required(),
  scope: Joi.string()
    .valid('account', 'events', 'contact')
    .default('account')
    .label('what the access is for'),
  level: Joi.string()
    .max(40)
    .label('an access level')
    .when('scope', {
      switch: [
        { is: 'contact', then: Joi.string().max(40).empty(Joi.any()).default('resource administrator') },
        {
          is: 'events',
          then: Joi.string()
            .valid(...eventLevels)
            .required()
            .messages({
              'any.only': 'An administrator runs the whole school. Select another level for single events.',
            }),
        },
      ],
      otherwise: Joi.string()
        .valid(...staffLevels)
        .required(),
    }),
  events: objectIds(MOST_EVENTS)
    .default([])
    .label('events from the list')
    .when('scope', {
      is: 'events',
      then: Joi.array().min(1).max(MOST_EVENTS).required().messages({
        'array.min': 'Select at least one event.',
        'any.required': 'Select at least one event.',
      }),
      otherwise: Joi.array().max(0).messages({
        'array.max': 'You selected events. Select “Single events”, or clear the events.',
      }),
    }),
  contact: objectId()
    .empty('')
    .label('a teacher from the list')
    .messages({ 'string.pattern.base': 'Select {#label}.', 'any.required': 'Select the teacher.' })
    .when('scope', { is: 'contact', then: Joi.required(), otherwise: Joi.forbidden() })
    .messages({ 'any.unknown': 'You selected a teacher. Select “A teacher’s own”, or clear the teacher.' }),
});

export const teacherQuery = Joi.object<{ teacher: string; contact: string }, true>({
  teacher: line(100).allow('').default(''),
  contact: Joi.string().max(24).allow('').default(''),
});

export interface LoginsQuery {
  q: string;
  /** `invited`: has not answered yet. */
  state: 'active' | 'invited' | '';
  page: number;
}

export const loginsQuery = Joi.object<LoginsQuery, true>({
  q: line(100).allow('').default(''),
  state: Joi.string().valid('', 'active', 'invited').default(''),
  page: Joi.number().integer().min(1).max(10_000).default(1),
});

export interface LevelForm {
  level: AccessLevel | 'none';
  /** The level that the page showed. */
  was?: AccessLevel;
}

const levelOf = (levels: AccessLevel[]) =>
  Joi.object<LevelForm, true>({
    level: Joi.string()
      .valid(...levels, 'none')
      .required()
      .label('an access level'),
    was: Joi.string().valid(...staffLevels),
  });

export const levelSchema = levelOf(staffLevels);

export const eventLevelSchema = levelOf(eventLevels);
