import Joi from 'joi';
import { levelInWords } from '../../accounts/show-level.js';
import { ACCESS_LEVELS, type AccessLevel } from '../../models/user.js';
import { tick } from '../../web/form-fields.js';
import type { Chosen } from '../find-chosen.js';
import { chosenFields } from '../schema.js';

/** Levels that can be given to many at once. Administrators are made one by one, under Staff accounts. `none` takes access away. */
const BULK_LEVELS = [
  ...ACCESS_LEVELS.filter((level) => level !== 'customer' && level !== 'administrator'),
  'none',
] as const;
export type BulkLevel = AccessLevel | 'none';

export const LEVEL_CHOICES = BULK_LEVELS.map((value) => ({
  value,
  label: value === 'none' ? 'No access' : levelInWords(value),
}));

export interface LevelForm extends Chosen {
  level: BulkLevel;
  /** The person has seen the numbers. */
  sure: boolean;
}

export const levelForm = Joi.object<LevelForm, true>({
  ...chosenFields,
  level: Joi.string()
    .valid(...BULK_LEVELS)
    .required()
    .label('an access level'),
  sure: tick(),
});
