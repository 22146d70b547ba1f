import Joi from 'joi';
import { FILE_FORMATS, type FileFormat } from '../models/account.js';

export const formatSchema = Joi.object<{ format: FileFormat }, true>({
  format: Joi.string()
    .valid(...FILE_FORMATS)
    .required()
    .label('a kind of files')
    .messages({ 'any.required': 'Select {#label}.' }),
});

export const reportQuery = Joi.object<{ page: number }, true>({
  page: Joi.number().integer().min(1).max(100).default(1),
});
