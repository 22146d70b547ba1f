import Joi from 'joi';
import { tick } from '../../web/parse.js';

export const applySchema = Joi.object<{ sure: boolean }, true>({ sure: tick() });
