import Joi from 'joi';
import type { Types } from 'mongoose';
import { line, objectId } from '../../web/form-fields.js';
import { RELATIONSHIPS } from './link-child.js';

export const tieQuery = Joi.object<{ q: string }, true>({ q: line(100).allow('').default('') });

export interface TieForm {
  other: Types.ObjectId;
  relationship: string;
}

export const tieSchema = Joi.object<TieForm, true>({
  other: objectId().required().messages({
    'any.required': 'Select the person to link.',
    'string.pattern.base': 'Select the person to link.',
    'string.base': 'Select the person to link.',
  }),
  relationship: Joi.string()
    .valid(...RELATIONSHIPS)
    .default('Parent')
    .label('a relationship'),
});
