import Joi from 'joi';
import type { SettingsFields } from '../../web/compare-seen.js';
import { hourInWords } from '../../web/format-time.js';
import type { Style } from '../../web/place.js';

export const pageQuery = Joi.object<{ page: number }, true>({
  page: Joi.number().integer().min(1).max(10_000).default(1),
});

/** The fields of the form that sets the hour, with their labels. */
export function hourFields(style: Style): SettingsFields {
  return { hour: { label: 'Hour of the night', say: (value) => hourInWords(Number(value), style) } };
}

export const hourSchema = Joi.object<{ hour: number }, true>({
  hour: Joi.number().integer().min(0).max(23).required().label('an hour'),
});
