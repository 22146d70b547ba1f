import Joi from 'joi';
import { nextPath } from '../accounts/schema.js';
import { proofFields, type ChildProofForm } from '../parents/schema.js';
import { emailAddress, line } from '../web/form-fields.js';

export interface AskingForm extends ChildProofForm {
  name: string;
  email: string;
  /** Of the page that the button was pressed on: pressing twice asks once. */
  key: string;
}

const name = () => line(120).allow('').default('').label('your name');

export const askingSchema = Joi.object<AskingForm, true>({
  name: name(),
  email: emailAddress().required(),
  key: Joi.string().max(40).alphanum().empty('').default(''),
  ...proofFields,
});

export interface LoginAskingForm {
  email: string;
  next: string;
}

export const loginAskingSchema = Joi.object<LoginAskingForm, true>({
  email: emailAddress().required(),
  next: nextPath(),
});

export interface EntryForm {
  name: string;
  /** That the address was registered with, if the person knows it. */
  password: string;
}

export const entrySchema = Joi.object<EntryForm, true>({
  name: name(),
  password: Joi.string().max(200).allow('').default('').label('your password'),
});
