import Joi from 'joi';
import { Types } from 'mongoose';
import { isDay } from './local-time.js';

/** One of our ids as text. */
export const ID = /^[0-9a-f]{24}$/;

/** One of our ids, as text. */
export function idText(): Joi.StringSchema {
  return Joi.string().max(24).pattern(ID);
}

/** One of our ids, turned into an ObjectId. */
export function objectId(): Joi.ObjectSchema<Types.ObjectId> {
  return idText().custom(
    (value: string) => new Types.ObjectId(value),
  ) as unknown as Joi.ObjectSchema<Types.ObjectId>;
}

/** A list of at most `max` of our ids, each once, from selected boxes or a single one. Linear in the length of the list. */
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

/** A line of text of at most `max` characters, without control characters, trimmed. */
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

/** A text of several lines, of at most `max` characters, trimmed. Line ends stay; other control characters are removed. */
export function longText(max: number): Joi.StringSchema {
  return Joi.string()
    .trim()
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, '')
    .max(max);
}

/** The longest address of a video meeting. */
const LINK_MAX = 500;

/** The address of a page that begins with https://; optional, '' for none. */
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

/** An email address, trimmed and lower-cased. Any domain is allowed, because schools have unusual ones. */
export function emailAddress(): Joi.StringSchema {
  return Joi.string()
    .trim()
    .lowercase()
    .max(254)
    .email({ tlds: { allow: false } })
    .label('an email address');
}

/** A phone number as people write it, with at least seven digits. */
export function phoneNumber(): Joi.StringSchema {
  return line(40)
    .pattern(/^(?=(?:\D*\d){7})[\d\s+().,/x#*-]*(?:ext\.?[\d\s]*)?$/i)
    .messages({ 'string.pattern.base': 'Enter {#label} with at least 7 digits, like 555-010-1234.' });
}

/** An existing day as date fields send it (2026-12-09); '' for none. */
export function dateField(): Joi.StringSchema {
  return Joi.string()
    .trim()
    .allow('')
    .max(10)
    .pattern(/^20\d\d-\d\d-\d\d$/)
    .custom((value: string, check) => (isDay(value) ? value : check.error('string.pattern.base')));
}

/** A time of day as time fields send it (17:30); '' for none. */
export function timeField(): Joi.StringSchema {
  return Joi.string()
    .trim()
    .allow('')
    .max(5)
    .pattern(/^([01]\d|2[0-3]):[0-5]\d$/);
}

/** A time of day as a list of times sends it (17:30). Its form alone is looked at. */
export function clock(): Joi.StringSchema {
  return Joi.string()
    .max(5)
    .pattern(/^\d\d:\d\d$/);
}

/** At most `max` days (2026-12-09), from selected boxes or a single one. */
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

/** A checkbox. If it is absent, it is false. */
export function tick(): Joi.BooleanSchema {
  return Joi.boolean().truthy('on', 'yes', '1').falsy('').default(false);
}
