import { ACCOUNT_FIELDS } from '../accounts/global-setup/schema.js';
import { levelInWords } from '../accounts/show-level.js';
import { emailFields } from '../events/emails/schema.js';
import { eventFields } from '../events/schema.js';
import type { AuditChange } from '../models/audit-entry.js';
import { ACCESS_LEVELS, type AccessLevel } from '../models/user.js';
import type { SettingsFields } from '../web/compare-seen.js';
import { hourInWords } from '../web/format-time.js';
import type { Style } from '../web/place.js';

/** A setting before and after, in words. */
export interface SaidChange {
  label: string;
  before: string;
  after: string;
  /** It is only known that it changed. */
  hidden: boolean;
}

/** The labels of smaller forms. */
const FIELDS = (style: Style): SettingsFields => ({
  name: { label: 'Name' },
  type: { label: 'Type' },
  room: { label: 'Room' },
  link: { label: 'Video link' },
  state: { label: 'Visibility' },
  message: { label: 'Message for parents' },
  minutes: { label: 'Minutes' },
  capacity: { label: 'Families at a time' },
  kind: { label: 'Meeting type' },
  allowed: { label: 'Appointments for each student' },
  questions: { label: 'Questions' },
  title: { label: 'Heading' },
  text: { label: 'Text' },
  districtId: { label: 'District ID' },
  level: { label: 'Access level', say: sayLevel },
  hour: { label: 'Hour', say: (value) => (value === '' ? '' : hourInWords(Number(value), style)) },
  communityId: { label: 'Community ID' },
  barcode: { label: 'Barcode' },
  ...Object.fromEntries(
    (['student', 'teacher', 'staff', 'guardian'] as const).flatMap((type) => {
      const many = { student: 'Students', teacher: 'Teachers', staff: 'Staff', guardian: 'Guardians' }[type];
      return [
        [type, { label: many }],
        [`${type}s`, { label: many }],
        [`${type}-communityId`, { label: `${many}, Community ID` }],
        [`${type}-barcode`, { label: `${many}, Barcode` }],
      ];
    }),
  ),
});

function sayLevel(value: string): string {
  if ((ACCESS_LEVELS as readonly string[]).includes(value)) return levelInWords(value as AccessLevel);
  return value === 'none' ? 'No access' : value;
}

/** The labels of the form behind an action. */
function fieldsOf(action: string, style: Style): SettingsFields {
  if (action === 'change event') return eventFields(style);
  if (action === 'change emails') return emailFields;
  return action === 'change school account' ? ACCOUNT_FIELDS : FIELDS(style);
}

/** Whose room it is: of many rooms that were set at once, each is a field with the id of its teacher. */
export function teacherOf(field: string): string | undefined {
  return /^room\.([0-9a-f]{24})$/.exec(field)?.[1];
}

/** The values before and after, worded as in the form that was saved. */
export function sayChanges(
  action: string,
  changes: readonly AuditChange[],
  style: Style,
  names: ReadonlyMap<string, string> = new Map(),
): SaidChange[] {
  const fields = fieldsOf(action, style);
  return changes.map(({ field, before, after }) => {
    const known = Object.hasOwn(fields, field) ? fields[field] : undefined;
    const hidden = before === undefined && after === undefined;
    const say = (value: AuditChange['before']) => sayValue(value, known?.say);
    const teacher = teacherOf(field);
    const room = teacher && `Room of ${names.get(teacher) ?? 'somebody who is gone'}`;
    return { label: room ?? known?.label ?? inWords(field), before: say(before), after: say(after), hidden };
  });
}

function sayValue(value: AuditChange['before'] = '', say?: (value: string) => string): string {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  const text = String(value);
  return text === '' ? 'nothing' : (say?.(text) ?? text);
}

/** "First name" for "firstName". */
export function inWords(field: string): string {
  const text = field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/[-_.]/g, ' ');
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
