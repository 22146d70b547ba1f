import type { MappableField } from '../models/field-mapping.js';
import type { AlikeReason } from '../models/duplicate.js';

const NUMBERS: Record<MappableField | '', string> = {
  student_number: 'student number',
  teacher_number: 'teacher number',
  staff_id: 'staff ID',
  sis_id: 'SIS ID',
  state_id: 'state ID',
  '': 'number',
};

const WORDS = {
  email: 'same email and last name',
  family: 'same name, email, or phone, and a student in common',
  name: 'same name',
  birth: 'same name and birth date',
  id: 'same ID',
};

/** What two contacts have in common, as a part of a sentence. */
export function sayAlike(reason: AlikeReason): string {
  switch (reason.code) {
    case 'number':
      return `same ${NUMBERS[reason.field]}`;
    case 'text':
      return reason.text;
    default:
      return WORDS[reason.code];
  }
}
