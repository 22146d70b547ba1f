import Joi from 'joi';
import { tick } from '../../web/form-fields.js';
import type { Chosen } from '../find-chosen.js';
import { chosenFields } from '../schema.js';

export interface CodesForm extends Chosen {
  /** The person has seen how many codes there will be. */
  sure: boolean;
}

export const codesForm = Joi.object<CodesForm, true>({ ...chosenFields, sure: tick() });
