import Joi from 'joi';

/** The fields that schemas look for, by name, with their types (`array`, `number`, …). */
export type Fields = Map<string, Set<string>>;

/** Notes the fields of every schema that checks something while `work` is done in this process. */
export async function fieldsReadBy(work: () => Promise<unknown>): Promise<Fields> {
  const fields: Fields = new Map();
  const base = baseOf(Joi.object());
  const { validate } = base;
  base.validate = function (this: Joi.Schema, ...given) {
    const keys = this.$_terms.keys as { key: string; schema: Joi.Schema }[] | null;
    for (const { key, schema } of keys ?? [])
      fields.set(key, (fields.get(key) ?? new Set()).add(schema.type ?? ''));
    return validate.apply(this, given);
  };
  try {
    await work();
  } finally {
    base.validate = validate;
  }
  return fields;
}

/** What all of Joi's types have their `validate` from. */
function baseOf(schema: Joi.Schema): Pick<Joi.Schema, 'validate'> {
  let base: object = schema;
  while (!Object.hasOwn(base, 'validate')) base = Object.getPrototypeOf(base) as object;
  return base as Pick<Joi.Schema, 'validate'>;
}
