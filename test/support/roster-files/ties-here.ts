import type { Account } from '../../../server/models/account.js';
import { Contact } from '../../../server/models/contact.js';
import { Course } from '../../../server/models/course.js';
import { Section } from '../../../server/models/section.js';
import { Term } from '../../../server/models/term.js';

/** Who and what is here, and all ties among them. */
export async function tiesHere({ _id }: Pick<Account, '_id'>): Promise<string[]> {
  const here = { account: _id, status: 'active' as const };
  const people = await Contact.find(here).lean();
  return [
    ...people.map(({ type, record }) => `${type} ${record?.id ?? ''}`),
    ...people.flatMap(({ record, relations }) =>
      relations.map(({ student }) => `${record?.id ?? ''} of ${student}`),
    ),
    ...(await Section.find(here).lean()).flatMap(({ record, studentIds, teacherIds }) =>
      ['', ...studentIds, ...teacherIds].map((id) => `section ${record.id} ${id}`),
    ),
    ...(await Term.find(here).lean()).map(({ record }) => `term ${record.id}`),
    ...(await Course.find(here).lean()).map(({ record }) => `course ${record.id}`),
  ];
}
