import { Schema } from 'mongoose';

/** Our two identifiers, beside the record id. */
export const IDENTIFIERS = ['communityId', 'barcode'] as const;
export type Identifier = (typeof IDENTIFIERS)[number];

/** The Clever fields that an identifier may be mapped to, by type. Guardians have none. */
export const MAPPABLE = {
  student: ['student_number', 'sis_id', 'state_id'],
  teacher: ['teacher_number', 'sis_id', 'state_id'],
  staff: ['staff_id'],
} as const;
export const MAPPED_TYPES = ['student', 'teacher', 'staff'] as const;
export type MappedType = (typeof MAPPED_TYPES)[number];
export type MappableField = (typeof MAPPABLE)[MappedType][number];

/** Where the identifiers of each type come from, whatever the source; '' is not mapped: neither synced nor matched on. */
export type FieldMapping = {
  [T in MappedType]: Record<Identifier, (typeof MAPPABLE)[T][number] | ''>;
};

const UNMAPPED = { communityId: '', barcode: '' } as const;
export const NO_MAPPING: FieldMapping = { student: UNMAPPED, teacher: UNMAPPED, staff: UNMAPPED };
const IDENTIFIER_NAMES: Record<Identifier, string> = {
  communityId: 'Community ID',
  barcode: 'Barcode',
};

function mappedFields(type: MappedType) {
  const field = { type: String, enum: ['', ...MAPPABLE[type]], default: '' };
  return { type: new Schema({ communityId: field, barcode: field }, { _id: false }), default: () => ({}) };
}

export const mappingSchema = new Schema<FieldMapping>(
  {
    student: mappedFields('student'),
    teacher: mappedFields('teacher'),
    staff: mappedFields('staff'),
  },
  { _id: false },
);

/** The account's mapping; an account that has mapped nothing gets an empty one. */
export function mappingOf({ mapping }: { mapping?: FieldMapping }): FieldMapping {
  return {
    student: { ...UNMAPPED, ...mapping?.student },
    teacher: { ...UNMAPPED, ...mapping?.teacher },
    staff: { ...UNMAPPED, ...mapping?.staff },
  };
}

/** What the account calls its two identifiers. */
export function identifierNamesOf({
  identifierNames,
}: {
  identifierNames?: Record<Identifier, string>;
}): Record<Identifier, string> {
  return {
    communityId: identifierNames?.communityId || IDENTIFIER_NAMES.communityId,
    barcode: identifierNames?.barcode || IDENTIFIER_NAMES.barcode,
  };
}
