import type Joi from 'joi';
import { Types } from 'mongoose';
import { notFound } from './errors.js';
import { ID } from './form-fields.js';
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
  'object.unknown': 'This field isn’t part of the form. Load the page again.',
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
