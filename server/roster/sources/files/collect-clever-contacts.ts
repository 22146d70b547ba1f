import type { CleverUser } from '../../../clever/schema.js';
import type { Row } from './reading.js';
import { derivedId, recordId } from './record-id.js';
import type { FromFile } from './roster-files.js';

/** The parents in the rows of Clever's students.csv: one object a parent, with all the children that their rows are of. */
export class CleverContacts {
  readonly objects = new Map<string, FromFile<CleverUser>>();
  readonly removed = new Set<string>();
  readonly leftOut = new Set<string>();

  /** The contact of one row, if it names one. */
  add(row: Row, student: string): void {
    const name = row.of('Contact_name');
    const email = row.of('Contact_email');
    const phone = row.of('Contact_phone');
    if (!name && !email && !phone) return;
    const id = idOf(row, student);
    const known = this.objects.get(id) ?? contactOf(id, row);
    this.objects.set(id, known);
    const ties = known.roles?.contact?.student_relationships;
    if (!ties?.some((tie) => tie.student === student))
      ties?.push({
        student,
        relationship: row.of('Contact_relationship'),
        type: row.of('Contact_type'),
      });
  }
}

/**
 * By the school's own id where it gives one; else the same name with the same e-mail or telephone is one person. One with a
 * name alone is a person of that child only.
 */
function idOf(row: Row, student: string): string {
  const own = row.of('Contact_sis_id');
  if (own) return recordId('parent', own);
  const name = row.of('Contact_name').toLowerCase();
  const reached = row.of('Contact_email').toLowerCase() || row.of('Contact_phone').replace(/\D/g, '');
  return derivedId('parent', name, reached || student);
}

/** Clever keeps a contact's whole name in the last name. */
function contactOf(id: string, row: Row): FromFile<CleverUser> {
  return {
    id,
    district: 'files',
    name: { last: row.of('Contact_name') },
    email: row.of('Contact_email'),
    roles: {
      contact: {
        sis_id: row.of('Contact_sis_id'),
        phone: row.of('Contact_phone'),
        phone_type: row.of('Contact_phone_type'),
        student_relationships: [],
      },
    },
  };
}
