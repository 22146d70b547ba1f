import Joi from 'joi';
import { line } from '../../web/form-fields.js';

export const termSchema = Joi.object<{ term: string[] }, true>({
  term: Joi.array().items(line(100)).single().unique().min(1).max(100).required().label('a term'),
});
