import Joi from 'joi';
import { line } from '../../web/form-fields.js';

/** The event's name, as the person who deletes it typed it. */
export function deletionSchema(name: string): Joi.ObjectSchema<{ typed: string }> {
  const message = 'Enter the event’s name exactly as it is shown above.';
  return Joi.object<{ typed: string }, true>({
    typed: line(120).required().valid(name).label('the event’s name').messages({
      'any.only': message,
      'any.required': message,
      'string.empty': message,
      'string.base': message,
    }),
  });
}
