import Joi from 'joi';
import type { Types } from 'mongoose';
import { macroText } from '../notifications/schema.js';
import type { SettingsFields } from '../web/compare-seen.js';
import { line, longText, objectId, objectIds, tick } from '../web/form-fields.js';
import { LANGUAGES, type Language } from '../web/words.js';

/** Whom letters are for. */
export interface LettersFilter {
  /** '' means families without a known email address. */
  who: '' | 'all';
  q: string;
  school?: Types.ObjectId;
  grade: string;
  class?: Types.ObjectId;
}

export interface LettersQuery extends LettersFilter {
  page: number;
}

const filterFields = {
  who: Joi.string().valid('', 'all').default(''),
  q: line(100).allow('').default(''),
  school: objectId().empty(''),
  grade: line(60).allow('').default(''),
  class: objectId().empty(''),
};

export const lettersQuery = Joi.object<LettersQuery, true>({
  ...filterFields,
  page: Joi.number().integer().min(1).max(100_000).default(1),
});

const PER_SHEET = [1, 2, 4] as const;
/** What letters can be printed in: English, and each other language alone and beside it. */
export function letterLanguages(languages: readonly Language[]): string[] {
  return ['en', ...languages.flatMap(({ code }) => (code === 'en' ? [] : [code, `en+${code}`]))];
}
const CODES = ['missing', 'new', 'none'] as const;

export interface LettersForm extends LettersFilter {
  ids: Types.ObjectId[];
  all: boolean;
  perSheet: (typeof PER_SHEET)[number];
  /** A code of a language, or two with a plus between them. */
  language: string;
  /** `missing`: only students who have no code yet. */
  codes: (typeof CODES)[number];
}

const chosenFields = {
  ...filterFields,
  ids: objectIds(500).default([]).label('the students from the list'),
  all: tick(),
  perSheet: Joi.number()
    .valid(...PER_SHEET)
    .default(2)
    .label('the letters on a sheet'),
  language: Joi.string()
    .valid(...letterLanguages(LANGUAGES))
    .default('en')
    .label('the language'),
  codes: Joi.string()
    .valid(...CODES)
    .default('missing')
    .label('the one-time codes'),
};

export const lettersForm = Joi.object<LettersForm, true>(chosenFields);

const PREPARE = 'Prepare the letters again, and print them from there.';

/** The form after it was confirmed. Its `key` names the printing: requested twice, it is one. */
export const printForm = Joi.object<LettersForm & { key: Types.ObjectId }, true>({
  ...chosenFields,
  key: objectId().required().messages({
    'any.required': PREPARE,
    'string.base': PREPARE,
    'string.max': PREPARE,
    'string.pattern.base': PREPARE,
  }),
});

export interface LetterText {
  title: string;
  text: string;
  act: 'save' | 'preview';
}

const MOST_TEXT = 1200;

export const textForm = Joi.object<LetterText, true>({
  title: macroText(line(120), 'Heading', 'text'),
  text: macroText(longText(MOST_TEXT), 'Text', 'text'),
  act: Joi.string().valid('save', 'preview').default('save').label('what to do'),
});

export const letterFields: SettingsFields = { title: { label: 'Heading' }, text: { label: 'Text' } };

export const posterQuery = Joi.object<{ size: 'letter' | 'a4'; language: string }, true>({
  language: Joi.string()
    .valid(...LANGUAGES.map(({ code }) => code))
    .empty('')
    .default('en'),
  size: Joi.string().valid('letter', 'a4').default('letter'),
});
