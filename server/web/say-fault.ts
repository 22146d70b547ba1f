import type Joi from 'joi';
import type { Words } from './words.js';

/** What somebody is asked for who left a field of a parents' form empty, or wrote what cannot be it. */
const ASKING: Record<string, string> = {
  account: 'forms.selectSchool',
  change: 'forms.selectMeeting',
  code: 'forms.enterCode',
  currentPassword: 'forms.enterCurrentPassword',
  day: 'forms.enterDay',
  email: 'forms.enterEmail',
  inARow: 'forms.selectLength',
  key: 'forms.selectTime',
  meet: 'forms.selectMeet',
  month: 'forms.enterMonth',
  name: 'forms.enterName',
  newPassword: 'forms.enterNewPassword',
  note: 'forms.enterNote',
  number: 'forms.enterNumber',
  password: 'forms.enterPassword',
  slot: 'forms.selectTime',
  student: 'forms.selectChild',
  students: 'forms.selectChild',
  year: 'forms.enterYear',
};

/** What is wrong with a field of a parents' form, in the reader's language. */
export function sayFault({ path, type, context }: Joi.ValidationErrorItem, t: Words): string {
  const limit: unknown = context?.limit;
  switch (type) {
    case 'string.max':
      return t('forms.tooLong', { count: limit });
    case 'string.min':
      return t('forms.passwordShort');
    case 'string.email':
      return t('forms.emailForm');
    case 'array.max':
      return t('forms.tooMany', { count: limit });
    default:
      return t(ASKING[String(path[0])] ?? 'forms.unknown');
  }
}
