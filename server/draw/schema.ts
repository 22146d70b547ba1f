import Joi from 'joi';

/** The most wishes that a school can allow a family. */
const MOST_WISHES = 20;

export interface TermsForm {
  from: string;
  until: string;
  most: number;
}

const moment = (label: string) =>
  Joi.string()
    .required()
    .max(19)
    .pattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/)
    .label(label);

export const termsForm = Joi.object<TermsForm, true>({
  from: moment('when families can start'),
  until: moment('when it ends'),
  most: Joi.number().integer().min(1).max(MOST_WISHES).required().label('the preferences for each family'),
});

/**
 * Each field is named by what it is about: `rank-<student>:<resource>`. Whatever is not as the form has it is as if it had not been sent.
 * A time is written as `timeOf` writes it. `seen` is what the form showed (`seenOf`).
 */
export const wishesForm = Joi.object<Record<string, string>>({
  seen: Joi.string()
    .max(64)
    .pattern(/^[0-9a-f]{64}$/)
    .allow(''),
})
  .pattern(
    Joi.string()
      .max(60)
      .pattern(/^rank-[0-9a-f]{24}:[0-9a-f]{24}$/),
    Joi.string()
      .max(2)
      .pattern(/^\d{0,2}$/)
      .allow(''),
  )
  .pattern(
    Joi.string()
      .max(60)
      .pattern(/^(first|second)-[0-9a-f]{24}:[0-9a-f]{24}$/),
    Joi.string()
      .max(40)
      .pattern(/^([0-9a-f]{24}@\d{1,15})?$/)
      .allow(''),
  )
  .pattern(
    Joi.string()
      .max(60)
      .pattern(/^any-[0-9a-f]{24}:[0-9a-f]{24}$/),
    Joi.string().valid('1', ''),
  )
  .max(600);
