import { Types } from 'mongoose';
import type { FieldMapping } from '../../../server/models/field-mapping.js';
import type { RosterPerson } from '../../../server/models/contact.js';
import {
  decideMatches,
  type MatchInput,
  type PersonRecord,
} from '../../../server/roster/people/decide-matches.js';
import { sayAlike } from '../../../server/web/say-alike.js';
import type { Candidate } from '../../../server/roster/people/match-rules.js';

/** Numbers by which people are known. */
export const MAPPING: FieldMapping = {
  student: { communityId: 'student_number', barcode: 'state_id' },
  teacher: { communityId: 'teacher_number', barcode: '' },
  staff: { communityId: '', barcode: 'staff_id' },
};
const NOBODY: RosterPerson = {
  type: 'student',
  firstName: '',
  middleName: '',
  lastName: '',
  email: '',
  username: '',
  schoolId: '',
  birthDate: '',
  sex: '',
  address: '',
  city: '',
  state: '',
  postalCode: '',
  grade: '',
  title: '',
  phone: '',
  schools: [],
  relations: [],
};
/** A guardian’s tie to a student. */
export const tie = (student: string) => ({ student, relationship: 'Parent', type: 'Parent/Guardian' });

/** A new record with only the given fields. */
export function record(id: string, fields: Partial<RosterPerson>): PersonRecord {
  return { id, fields: { ...NOBODY, ...fields } };
}

/** An existing contact with only the given fields. */
export function candidate(fields: Partial<Candidate>): Candidate {
  return { ...NOBODY, _id: new Types.ObjectId(), logins: [], ...fields };
}

/** The result: `record=position of the contact` for matches, and `record~positions: reason` for doubts. */
export function decide(records: PersonRecord[], candidates: Candidate[], more: Partial<MatchInput> = {}) {
  const { matched, doubtful } = decideMatches(records, {
    candidates,
    mapping: MAPPING,
    areSeparate: () => false,
    ...more,
  });
  const nameOf = (id: Types.ObjectId) => String(candidates.findIndex(({ _id }) => _id.equals(id)));
  return {
    matched: [...matched].map(([id, contact]) => `${id}=${nameOf(contact)}`).sort(),
    doubtful: doubtful.map(
      ({ id, candidates: held, reason }) => `${id}~${held.map(nameOf).sort().join(',')}: ${sayAlike(reason)}`,
    ),
  };
}
