import Joi from 'joi';

export const pageQuery = Joi.object<{ page: number }, true>({
  page: Joi.number().integer().min(1).max(10_000).default(1),
});

export const hourSchema = Joi.object<{ hour: number }, true>({
  hour: Joi.number().integer().min(0).max(23).required().label('an hour'),
});
