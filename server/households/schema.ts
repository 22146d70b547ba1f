import Joi from 'joi';
import { emailAddress } from '../web/form-fields.js';
import type { Words } from '../web/words.js';

/** The address of an adult who is invited. */
export function inviteForm(t: Words): Joi.ObjectSchema<{ email: string }> {
  const message = t('household.enterEmail');
  return Joi.object<{ email: string }>({
    email: emailAddress().empty('').required().messages({
      'any.required': message,
      'string.base': message,
      'string.empty': message,
      'string.email': message,
      'string.max': message,
    }),
  });
}

/** `keep`: what clashes is kept, and the school is told. */
export const acceptForm = Joi.object<{ keep: boolean }, true>({
  keep: Joi.boolean().truthy('1', 'on').empty('').default(false),
});
