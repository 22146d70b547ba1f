import Joi from 'joi';
import { line } from '../../web/form-fields.js';

export const viewingQuery = Joi.object<{ q: string }, true>({ q: line(100).allow('').default('') });
