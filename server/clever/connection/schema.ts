import Joi from 'joi';
import type { Types } from 'mongoose';
import type { CleverKinds } from '../../models/account.js';
import type { SettingsFields } from '../../web/compare-seen.js';
import { line, objectId, tick } from '../../web/form-fields.js';

export const districtSchema = Joi.object<{ district: string; sure: boolean }, true>({
  district: line(2000).required().label('the district ID or the login link'),
  sure: tick(),
});

export type Access =
  | { kind: 'token'; token: string }
  | { kind: 'application'; clientId: string; clientSecret: string }
  | { kind: 'installation' };

/** A text that a header can carry: visible characters without a space. */
function secret(): Joi.StringSchema {
  return Joi.string()
    .trim()
    .max(500)
    .pattern(/^[\x21-\x7e]+$/)
    .messages({ 'string.pattern.base': 'Paste it alone, without spaces or other words.' });
}

function onlyFor(kind: Access['kind'], label: string): Joi.AlternativesSchema {
  return Joi.when('kind', { is: kind, then: secret().required().label(label), otherwise: Joi.any().strip() });
}

export const accessSchema = Joi.object<Access & { accessSeen?: string }>({
  // When the access that the page showed was saved.
  accessSeen: Joi.string().isoDate().max(30).allow('').label('this page’s access'),
  kind: Joi.string().valid('token', 'application', 'installation').required().label('a kind of access'),
  token: onlyFor('token', 'the district token'),
  clientId: onlyFor('application', 'the client ID'),
  clientSecret: onlyFor('application', 'the client secret'),
});

const cleverId = (): Joi.StringSchema =>
  Joi.string()
    .max(60)
    .pattern(/^[\w-]+$/);

export const matchSchema = Joi.object<{ school: Types.ObjectId; cleverSchool: string }, true>({
  school: objectId().required().label('one of your schools'),
  cleverSchool: cleverId().required().label('one of Clever’s schools'),
}).messages({ 'any.required': 'Select {#label}.' });

export const clearSchema = Joi.object<{ clear: Types.ObjectId; sure: boolean }, true>({
  clear: objectId().required().label('one of your schools'),
  sure: tick(),
}).messages({ 'any.required': 'Select {#label}.' });

export const schoolSchema = Joi.object<{ name: string }, true>({
  name: line(120).required().label('the school’s name'),
});

/** One Clever school, or all that are not matched yet. */
export const fromCleverSchema = Joi.object<{ cleverSchool: string }, true>({
  cleverSchool: cleverId()
    .required()
    .label('one of Clever’s schools')
    .messages({ 'any.required': 'Select {#label}.' }),
});

/** `sure`: somebody answered the page that asks first. */
export const disableSchema = Joi.object<{ sure: boolean }, true>({ sure: tick() });

/** The fields of the form of kinds, with their labels. */
export const KINDS_FIELDS: SettingsFields = { kinds: { label: 'People that the sync brings' } };

const KINDS = ['students', 'teachers', 'staff', 'contacts'] as const;

export const kindsSchema = Joi.object<{ kinds: (typeof KINDS)[number][] }, true>({
  kinds: Joi.array()
    .items(
      Joi.string()
        .valid(...KINDS)
        .label('kinds of people'),
    )
    .max(KINDS.length)
    .single()
    .default([])
    .label('kinds of people'),
});

/** The stored kinds for the form's selected boxes. */
export function kindsOf(ticked: string[]): CleverKinds {
  const [students, teachers, staff, contacts] = KINDS.map((kind) => ticked.includes(kind));
  return { students: !!students, teachers: !!teachers, staff: !!staff, contacts: !!contacts };
}

export interface PageQuery {
  q: string;
  /** Selected schools stay on the lists, whatever is searched for. */
  school: string;
  cleverSchool: string;
}

export const pageQuery = Joi.object<PageQuery, true>({
  q: line(100).allow('').default(''),
  school: Joi.string().max(24).allow('').default(''),
  cleverSchool: Joi.string().max(60).allow('').default(''),
});

/** The kinds of an account's setup as the form's checkboxes. */
export function boxesOf(kinds: CleverKinds | undefined): string[] {
  return KINDS.filter((kind) => kinds?.[kind]);
}
