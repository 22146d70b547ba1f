import Joi from 'joi';
import { emailAddress } from '../../web/form-fields.js';
import { newPassword } from '../schema.js';

const current = () => Joi.string().max(200).required().label('your current password');

export interface OwnPassword {
  currentPassword: string;
  newPassword: string;
}

export const ownPasswordSchema = Joi.object<OwnPassword, true>({
  currentPassword: current(),
  newPassword: newPassword().label('a new password'),
});

export const firstPasswordSchema = Joi.object<Pick<OwnPassword, 'newPassword'>, true>({
  newPassword: newPassword().label('a new password'),
});

export interface OwnEmail {
  email: string;
  currentPassword: string;
}

export const ownEmailSchema = Joi.object<OwnEmail, true>({
  email: emailAddress().required(),
  currentPassword: current(),
});
