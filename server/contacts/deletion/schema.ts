import Joi from 'joi';
import { line, tick } from '../../web/form-fields.js';
import { DELETION_LEVELS, type DeletionLevel } from './policy.js';

export interface DeletionForm {
  level: DeletionLevel;
  /** Appointments of events are deleted too. */
  appointments: boolean;
  /** The account's name, as it was typed. */
  typed: string;
  /** A fingerprint of what the page showed. */
  shown?: string;
}

export const deletionSchema = Joi.object<DeletionForm, true>({
  level: Joi.string()
    .valid(...DELETION_LEVELS)
    .required()
    .messages({ 'any.required': 'Select the level to delete.', 'any.only': 'Select the level to delete.' }),
  appointments: tick(),
  typed: line(200).allow('').default(''),
  shown: Joi.string().allow('').max(100),
});

export const personDeletionSchema = Joi.object<{ shown: string }, true>({
  shown: Joi.string().allow('').max(100).default(''),
});
