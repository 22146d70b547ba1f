import Joi from 'joi';
import { tick } from '../../web/form-fields.js';

export const applySchema = Joi.object<{ sure: boolean }, true>({ sure: tick() });
