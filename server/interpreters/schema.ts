import Joi from 'joi';
import type { Types } from 'mongoose';
import type { Presence } from '../models/interpreter.js';
import { SPOKEN } from '../web/format-language.js';
import { parseForm, typedValues, type Parsed } from '../web/parse.js';
import { line, objectId, tick } from '../web/form-fields.js';

const languages = () =>
  Joi.array()
    .items(Joi.string().valid(...SPOKEN))
    .single()
    .unique()
    .max(SPOKEN.length)
    .default([])
    .label('the languages');

export interface SettingForm {
  languages: string[];
  byHand: boolean;
}

/** The event's setting. Without a language, families can't ask. */
export const settingForm = Joi.object<SettingForm & { sure: boolean }, true>({
  languages: languages(),
  byHand: tick(),
  // Whoever removes languages was told what meetings lose by that.
  sure: tick(),
});

export interface InterpreterForm {
  name: string;
  email: string;
  languages: string[];
  times: Presence[];
}

type OfPerson = Omit<InterpreterForm, 'times'>;

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

const fields = {
  name: line(120).required().label('a name'),
  email: Joi.string()
    .trim()
    .lowercase()
    .email({ tlds: false })
    .max(254)
    .allow('')
    .default('')
    .label('an email'),
  languages: languages().min(1),
};

/** An interpreter's form: for each day of the event the times between which they are there; without times, all day. */
export function parseInterpreter(body: unknown, days: string[]): Parsed<InterpreterForm> {
  const time = Joi.string().pattern(TIME).allow('').default('').label('a time, like 15:30');
  const ofDays = Object.fromEntries(
    days.flatMap((day) => [
      [`from-${day}`, time],
      [`to-${day}`, time],
    ]),
  );
  const parsed = parseForm(
    Joi.object<OfPerson & Record<`${'from' | 'to'}-${string}`, string>>({ ...fields, ...ofDays }),
    body,
  );
  if (!parsed.ok) return parsed;
  const { name, email, languages: spoken, ...rest } = parsed.value;
  const errors: Record<string, string> = {};
  const times = days.flatMap((day): Presence[] => {
    const [from = '', to = ''] = [rest[`from-${day}`], rest[`to-${day}`]];
    if (!from && !to) return [];
    if (!from) errors[`from-${day}`] = 'Enter when they come, too, or leave both times of the day empty.';
    else if (to <= from) errors[`to-${day}`] = 'Enter an end time that’s after the start time.';
    return [{ day, from, to }];
  });
  if (Object.keys(errors).length > 0) return { ok: false, errors, values: typedValues(body) };
  return { ok: true, value: { name, email, languages: spoken, times } };
}

/** The new interpreter of a meeting; '' for nobody. */
export const assignForm = Joi.object<{ appointment: Types.ObjectId; interpreter?: Types.ObjectId }, true>({
  appointment: objectId().required(),
  interpreter: objectId().empty('').label('an interpreter'),
});

/** The language in which a family needs an interpreter; '' for none. */
export const languageForm = Joi.object<{ language: string }, true>({
  language: Joi.string()
    .valid('', ...SPOKEN)
    .required()
    .label('a language'),
});

/** The same, when the office sends it for a family. */
export const familyForm = Joi.object<
  { language: string; household: Types.ObjectId; student: Types.ObjectId },
  true
>({
  language: Joi.string()
    .valid('', ...SPOKEN)
    .required()
    .label('a language'),
  household: objectId().required(),
  student: objectId().required(),
});
