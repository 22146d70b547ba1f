import Joi from 'joi';
import { Types } from 'mongoose';
import { notFound } from './errors.js';
import { isDay } from './local-time.js';
import { sayFault } from './say-fault.js';
import type { Words } from './words.js';

/** Checked input: the value to use, or a message for each field with what was typed, to show the form again. */
export type Parsed<T> =
  { ok: true; value: T } | { ok: false; errors: Record<string, string>; values: Record<string, unknown> };

/** What a form's template gets. */
export interface Form {
  values: Record<string, unknown>;
  errors: Record<string, string>;
  /** What somebody else changed while the form was open; nothing is saved yet. */
  meanwhile?: { label: string; before: string; after: string }[];
}

export const FRESH_FORM: Form = { values: {}, errors: {} };

/** The status of the page that shows a form. */
export function statusOf({ errors, meanwhile }: Form): 200 | 422 {
  return Object.keys(errors).length > 0 || meanwhile ? 422 : 200;
}

/** Labels are lower case, with their article: `.label('a name')` gives "Enter a name." */
const MESSAGES: Joi.LanguageMessages = {
  'any.required': 'Enter {#label}.',
  'string.empty': 'Enter {#label}.',
  'string.base': 'Enter {#label}.',
  'string.max': 'Use {#limit} characters at most.',
  'string.min': 'Use at least {#limit} characters.',
  'string.email': 'Enter an email address, like name@example.org.',
  'string.pattern.base': 'Enter {#label}.',
  'number.base': 'Enter {#label} as a number.',
  'number.min': 'Enter {#label}: {#limit} or more.',
  'number.max': 'Enter {#label}: {#limit} or less.',
  'number.integer': 'Enter {#label} as a whole number.',
  'number.unsafe': 'Enter {#label} as a smaller number.',
  'date.base': 'Enter {#label}.',
  'boolean.base': 'Select this or leave it empty.',
  'any.only': 'Select {#label} from the list.',
  'array.min': 'Select at least {#limit}.',
  'array.max': 'Select {#limit} at most.',
  'array.base': 'Select {#label}.',
  'object.unknown': 'This field isn’t part of the form.',
};

const OPTIONS: Joi.ValidationOptions = {
  abortEarly: false,
  stripUnknown: true,
  messages: MESSAGES,
  errors: { wrap: { label: false } },
};

/**
 * Checks a form's body against its schema. The values for showing the form again have no passwords, and at most 2,000 characters per field.
 * @param t of the reader, where the form is a parent's; staff's messages are in English
 */
export function parseForm<T>(schema: Joi.ObjectSchema<T>, body: unknown, t?: Words): Parsed<T> {
  const input = isRecord(body) ? body : {};
  const result = schema.validate(withShortNumbers(schema, input), OPTIONS);
  if (!result.error) return { ok: true, value: result.value };
  const errors: Record<string, string> = {};
  for (const fault of result.error.details)
    errors[String(fault.path[0] ?? 'form')] ??= t ? sayFault(fault, t) : fault.message;
  return { ok: false, errors, values: typedValues(input) };
}

/** What was typed, as far as a form may show it again. */
export function typedValues(body: unknown): Record<string, unknown> {
  const input = isRecord(body) ? body : {};
  return Object.fromEntries(
    Object.entries(input)
      .filter(([key]) => key !== '_csrf' && !/password|secret|token/i.test(key))
      .map(([key, value]) => [
        key,
        typeof value === 'string' && key !== 'seen' ? value.slice(0, 2000) : value,
      ]),
  );
}

/** Checks an address' query. An unusable key gets its default, because people edit and share addresses. */
export function parseQuery<T>(schema: Joi.ObjectSchema<T>, query: unknown): T {
  const input = withShortNumbers(schema, isRecord(query) ? query : {});
  const first = schema.validate(input, OPTIONS);
  if (!first.error) return first.value;
  for (const fault of first.error.details) Reflect.deleteProperty(input, String(fault.path[0]));
  const second = schema.validate(input, OPTIONS);
  if (second.error) throw notFound();
  return second.value;
}

const ID = /^[0-9a-f]{24}$/;

/** The longest number that a form or an address may need. */
const LONGEST_NUMBER = 40;

/**
 * A copy in which a text that is too long for a number becomes invalid. Joi reads numbers in quadratic time: 100,000 digits would block the
 * process for seconds.
 */
function withShortNumbers<T>(
  schema: Joi.ObjectSchema<T>,
  input: Record<string, unknown>,
): Record<string, unknown> {
  const copy = { ...input };
  const keys = schema.$_terms.keys as { key: string; schema: Joi.Schema }[] | null;
  for (const { key, schema: field } of keys ?? []) {
    const value = copy[key];
    if (field.type === 'number' && typeof value === 'string' && value.length > LONGEST_NUMBER)
      copy[key] = 'too long';
  }
  return copy;
}

/**
 * An id from an address.
 * @throws 404 if it cannot be one
 */
export function parseId(value: unknown): Types.ObjectId {
  if (typeof value !== 'string' || !ID.test(value)) throw notFound();
  return new Types.ObjectId(value);
}

/** Joi: one of our ids, as text. */
export function idText(): Joi.StringSchema {
  return Joi.string().max(24).pattern(ID);
}

/** Joi: one of our ids, turned into an ObjectId. */
export function objectId(): Joi.ObjectSchema<Types.ObjectId> {
  return idText().custom(
    (value: string) => new Types.ObjectId(value),
  ) as unknown as Joi.ObjectSchema<Types.ObjectId>;
}

/**
 * Joi: a list of at most `max` of our ids, from selected boxes or a single one. A repeated id counts once. Linear in the length of the
 * list.
 */
export function objectIds(max: number): Joi.ArraySchema<Types.ObjectId[]> {
  return Joi.array()
    .single()
    .max(max)
    .custom((values: unknown[], check): unknown => {
      // Joi continues after a list that is too long.
      if (values.length > max) return values;
      const ids = new Set<string>();
      for (const value of values) {
        if (typeof value !== 'string' || !ID.test(value)) return check.error('array.base');
        ids.add(value);
      }
      return [...ids].map((id) => new Types.ObjectId(id));
    }) as Joi.ArraySchema<Types.ObjectId[]>;
}

/** Joi: a line of text of at most `max` characters, without control characters, trimmed. */
export function line(max = 200): Joi.StringSchema {
  return (
    Joi.string()
      // This comes before inner control characters become spaces, so that a text of nothing but control characters is empty. It is linear,
      // because a run is examined only from its start.
      .replace(/^[\p{Cc}\p{Cf}\s]+|(?<![\p{Cc}\p{Cf}\s])[\p{Cc}\p{Cf}\s]+$/gu, '')
      .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
      .max(max)
  );
}

/** Joi: a text of several lines, of at most `max` characters, trimmed. Line ends stay; other control characters are removed. */
export function longText(max: number): Joi.StringSchema {
  return Joi.string()
    .trim()
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, '')
    .max(max);
}

/** The longest address of a video meeting. */
const LINK_MAX = 500;

/** Joi: the address of a page that begins with https://; optional, '' for none. */
export function webLink(): Joi.StringSchema {
  return line(LINK_MAX)
    .allow('')
    .default('')
    .custom((value: string, check) => {
      if (value === '') return '';
      const whole = /^[a-z][a-z\d+.-]*:/i.test(value) ? value : `https://${value}`;
      const url = URL.canParse(whole) ? new URL(whole) : undefined;
      const isPage = url?.protocol === 'https:' && url.username === '' && /[^.]\.[^.]/.test(url.hostname);
      return isPage && url.href.length <= LINK_MAX ? url.href : check.error('link.none');
    })
    .messages({
      'link.none': 'Enter {#label} that starts with https://, like https://meet.example.org/room.',
    });
}

/** Joi: an email address, trimmed and lower-cased. Any domain is allowed, because schools have unusual ones. */
export function emailAddress(): Joi.StringSchema {
  return Joi.string()
    .trim()
    .lowercase()
    .max(254)
    .email({ tlds: { allow: false } })
    .label('an email address');
}

/** Joi: a phone number as people write it, with at least seven digits. */
export function phoneNumber(): Joi.StringSchema {
  return line(40)
    .pattern(/^(?=(?:\D*\d){7})[\d\s+().,/x#*-]*(?:ext\.?[\d\s]*)?$/i)
    .messages({ 'string.pattern.base': 'Enter {#label} with at least 7 digits, like 555-010-1234.' });
}

/** Joi: an existing day as date fields send it (2026-12-09); '' for none. */
export function dateField(): Joi.StringSchema {
  return Joi.string()
    .trim()
    .allow('')
    .max(10)
    .pattern(/^20\d\d-\d\d-\d\d$/)
    .custom((value: string, check) => (isDay(value) ? value : check.error('string.pattern.base')));
}

/** Joi: a time of day as time fields send it (17:30); '' for none. */
export function timeField(): Joi.StringSchema {
  return Joi.string()
    .trim()
    .allow('')
    .max(5)
    .pattern(/^([01]\d|2[0-3]):[0-5]\d$/);
}

/** Joi: a time of day as a list of times sends it (17:30). Its form alone is looked at. */
export function clock(): Joi.StringSchema {
  return Joi.string()
    .max(5)
    .pattern(/^\d\d:\d\d$/);
}

/** Joi: at most `max` days (2026-12-09), from selected boxes or a single one. */
export function dayBoxes(max: number): Joi.ArraySchema<string[]> {
  return Joi.array()
    .items(
      Joi.string()
        .max(10)
        .pattern(/^\d{4}-\d\d-\d\d$/),
    )
    .single()
    .max(max)
    .default([]);
}

/** Joi: a checkbox. If it is absent, it is false. */
export function tick(): Joi.BooleanSchema {
  return Joi.boolean().truthy('on', 'yes', '1').falsy('').default(false);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
