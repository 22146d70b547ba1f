import Joi from 'joi';
import type { SettingsFields } from '../../web/compare-seen.js';
import { hourInWords } from '../../runs/show/show-run.js';

export const pageQuery = Joi.object<{ page: number }, true>({
  page: Joi.number().integer().min(1).max(10_000).default(1),
});

export const HOUR_FIELDS: SettingsFields = {
  hour: { label: 'Hour of the night', say: (value) => hourInWords(Number(value)) },
};

export const hourSchema = Joi.object<{ hour: number }, true>({
  hour: Joi.number().integer().min(0).max(23).required().label('an hour'),
});
