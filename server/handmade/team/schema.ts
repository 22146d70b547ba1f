import Joi from 'joi';
import type { Types } from 'mongoose';
import { objectId } from '../../web/form-fields.js';

export interface TeamForm {
  holder: Types.ObjectId;
  act: 'add' | 'remove';
}

export const teamForm = Joi.object<TeamForm, true>({
  holder: objectId().required().label('a teacher').messages({ 'string.empty': 'Select a teacher.' }),
  act: Joi.string().valid('add', 'remove').required().label('what to do'),
});
