import Joi from 'joi';
import {
  IDENTIFIERS,
  MAPPABLE,
  MAPPED_TYPES,
  type FieldMapping,
  type Identifier,
  type MappedType,
} from '../models/field-mapping.js';
import type { SettingsFields } from '../web/compare-seen.js';
import { line, tick } from '../web/form-fields.js';

type MappingKey = `${MappedType}-${Identifier}`;
type Choices = Record<MappingKey, string>;

/** The form's fields: `student-communityId` and so on; absent is not mapped. */
const choices = Object.fromEntries(
  MAPPED_TYPES.flatMap((type) =>
    IDENTIFIERS.map((identifier) => [
      `${type}-${identifier}`,
      Joi.string()
        .valid('', ...MAPPABLE[type])
        .default('')
        .label('a field'),
    ]),
  ),
) as Record<MappingKey, Joi.StringSchema>;

export interface MappingForm extends Choices {
  understood: boolean;
  /** The mapping that the person saw when asked, as `markOf` writes it. */
  was: string;
}

export const mappingSchema = Joi.object<MappingForm, true>({
  ...choices,
  understood: tick(),
  was: line(200).allow('').default(''),
});

/** The fields of the names' form, with their labels. */
export const NAME_FIELDS: SettingsFields = {
  communityId: { label: 'First identifier' },
  barcode: { label: 'Second identifier' },
};

export const namesSchema = Joi.object<Record<Identifier, string>, true>({
  communityId: line(40).required().label('a name'),
  barcode: line(40)
    .required()
    .label('a name')
    .disallow(Joi.ref('communityId'))
    .messages({ 'any.invalid': 'Give the two identifiers different names.' }),
});

/** The mapping that a form asks for. */
export function mappingFrom(form: Choices): FieldMapping {
  const of = (type: MappedType) => ({
    communityId: form[`${type}-communityId`],
    barcode: form[`${type}-barcode`],
  });
  return { student: of('student'), teacher: of('teacher'), staff: of('staff') } as FieldMapping;
}

/** A mapping as fields of a form. */
export function choicesOf(mapping: FieldMapping): Choices {
  return Object.fromEntries(
    MAPPED_TYPES.flatMap((type) =>
      IDENTIFIERS.map((identifier) => [`${type}-${identifier}`, mapping[type][identifier]]),
    ),
  ) as Choices;
}

/** A mapping in one line, so that a form can tell which one it was made from. */
export function markOf(mapping: FieldMapping): string {
  return Object.values(choicesOf(mapping)).join(',');
}

/** The mapping that a mark stands for (`markOf`). */
export function mappingOfMark(mark: string): FieldMapping {
  const values = mark.split(',');
  const keys = MAPPED_TYPES.flatMap((type) => IDENTIFIERS.map((identifier) => `${type}-${identifier}`));
  return mappingFrom(Object.fromEntries(keys.map((key, at) => [key, values[at] ?? ''])) as Choices);
}
