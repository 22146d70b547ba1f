import type { CleverUser } from '../../../clever/schema.js';
import { RecordMap } from './hold-records.js';
import { mergeObjects } from './merge-objects.js';
import { quoted } from './problem-list.js';
import type { Reading, Row } from './reading.js';
import { derivedId, recordId } from './record-id.js';
import type { FromFile } from './roster-files.js';

/** The parents in the rows of Clever's students.csv: one object a parent, with all the children that their rows are of. */
export class CleverContacts {
  readonly objects: Map<string, FromFile<CleverUser>>;
  readonly removed = new Set<string>();
  readonly leftOut = new Set<string>();

  /** A row names a parent by what nobody can read: somebody here from before may stand behind it. */
  isDoubtful = false;

  /** Ids of parents without an own one, by their name with an address or a telephone number. */
  readonly #reached = new Map<string, string>();

  constructor(private readonly reading: Reading) {
    this.objects = new RecordMap(reading);
  }

  /** The contact of one row, if it names one; what several rows say of one is put together. */
  add(row: Row, student: string): void {
    const name = row.of('Contact_name');
    const email = row.of('Contact_email');
    const phone = row.of('Contact_phone');
    if (!name && !email && !phone) return;
    if (row.hasLost('Contact_name') || row.hasLost('Contact_sis_id')) this.isDoubtful = true;
    const id = this.#idOf(row, student);
    const known = this.objects.get(id);
    const fresh = contactOf(id, row);
    const contact = known ?? fresh;
    this.objects.set(id, contact);
    const differing: string[] = [];
    if (known) mergeObjects(known, fresh, [], differing);
    if (differing.length > 0)
      this.reading.note(
        row,
        'Contact_name',
        `${quoted(name)} is in another row too, with other details (${differing.join(', ').replace('_', ' ')}).`,
        'Correct the wrong one of the two rows. The first one was taken.',
      );
    relateTo(contact, student, row);
  }

  /**
   * By the school's own id where it gives one; else the same name with the same e-mail is one person, or with the same telephone
   * where one of the rows has no e-mail. One with a name alone is a person of that child only.
   */
  #idOf(row: Row, student: string): string {
    const own = row.of('Contact_sis_id');
    if (own) return recordId('parent', own);
    const name = row.of('Contact_name').toLowerCase();
    const email = row.of('Contact_email').toLowerCase();
    const phone = row.of('Contact_phone').replace(/\D/g, '');
    const byPhone = phone && this.#reached.get(`${name}|${phone}`);
    const id =
      (email && this.#reached.get(`${name}|${email}`)) ||
      (byPhone && (!email || !this.objects.get(byPhone)?.email) ? byPhone : '') ||
      derivedId('parent', name, email || phone || student);
    for (const reached of [email, phone])
      if (reached && !this.#reached.has(`${name}|${reached}`)) this.#reached.set(`${name}|${reached}`, id);
    return id;
  }
}

function relateTo({ roles }: CleverUser, student: string, row: Row): void {
  const ties = roles?.contact?.student_relationships;
  const tie = { student, relationship: row.of('Contact_relationship'), type: row.of('Contact_type') };
  const known = ties?.find((each) => each.student === student);
  if (!known) ties?.push(tie);
  else mergeObjects(known, tie, [], []);
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
