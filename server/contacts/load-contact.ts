import type { Types } from 'mongoose';
import { Contact, contactName, recordIds, standsFor } from '../models/contact.js';
import { School } from '../models/school.js';
import { Section } from '../models/section.js';

export interface RelatedPerson {
  id: string;
  name: string;
  status: Contact['status'];
  /** "Parent, Primary": what the roster says of the tie. */
  tie: string;
}

export interface ContactPage {
  contact: Contact;
  name: string;
  schools: string[];
  /** Of a student: guardians. Of a guardian: students. */
  related: RelatedPerson[];
  /** Students whom the guardian is tied to but who are not known here. */
  unknownStudents: number;
  classes: { name: string; period: string; students: number }[];
}

/** A family or a class list is short; a broken roster must not make the page endless. */
const MOST = 200;

/** One person of the account with everything the page tells; null where the account has no such person. */
export async function loadContact(account: Types.ObjectId, id: Types.ObjectId): Promise<ContactPage | null> {
  const contact = await Contact.findOne({ _id: id, account }).lean();
  if (!contact) return null;
  const schools = await School.find({ account, _id: { $in: contact.schools } }, { name: 1 }).lean();
  const nameOf = new Map(schools.map((school) => [school._id.toHexString(), school.name]));
  const related = contact.type === 'student' ? await guardiansOf(contact) : await studentsOf(contact);
  const tied = new Set(contact.relations.map(({ student }) => student)).size;
  return {
    contact,
    name: contactName(contact),
    schools: contact.schools.flatMap((school) => nameOf.get(school.toHexString()) ?? []),
    related,
    unknownStudents: contact.type === 'student' ? 0 : Math.max(0, Math.min(tied, MOST) - related.length),
    classes: await classesOf(contact),
  };
}

async function guardiansOf(student: Contact): Promise<RelatedPerson[]> {
  const ids = recordIds(student);
  if (ids.length === 0) return [];
  const found = await Contact.find({ account: student.account, 'relations.student': { $in: ids } })
    .sort({ sortKey: 1 })
    .limit(MOST)
    .lean();
  return found.map((guardian) => relatedPerson(guardian, tieTo(guardian, ids)));
}

async function studentsOf(guardian: Contact): Promise<RelatedPerson[]> {
  const ids = [...new Set(guardian.relations.map(({ student }) => student))].slice(0, MOST);
  if (ids.length === 0) return [];
  const found = await Contact.find(standsFor(guardian.account, ids)).sort({ sortKey: 1 }).lean();
  return found.map((student) => relatedPerson(student, tieTo(guardian, recordIds(student))));
}

function tieTo(guardian: Contact, student: string[]): string {
  const ties = guardian.relations.filter((relation) => student.includes(relation.student));
  return [...new Set(ties.flatMap(({ relationship, type }) => [relationship, type]))]
    .filter(Boolean)
    .join(', ');
}

function relatedPerson(person: Contact, tie: string): RelatedPerson {
  return { id: person._id.toHexString(), name: contactName(person), status: person.status, tie };
}

/** The roster's classes of a student or a teacher, by the mirror: also those that no event has taken. */
async function classesOf(contact: Contact): Promise<ContactPage['classes']> {
  const { account, type } = contact;
  const ids = { $in: recordIds(contact) };
  if (ids.$in.length === 0 || type === 'guardian') return [];
  const mine = type === 'student' ? { studentIds: ids } : { teacherIds: ids };
  const sections = await Section.find(
    { account, status: 'active', ...mine },
    { name: 1, period: 1, studentIds: 1 },
  )
    .limit(MOST)
    .lean();
  return sections
    .map(({ name, period, studentIds }) => ({
      name: name || 'Class without a name',
      period,
      students: studentIds.length,
    }))
    .sort(
      (a, b) => a.period.localeCompare(b.period, 'en', { numeric: true }) || a.name.localeCompare(b.name),
    );
}
