import type { Types } from 'mongoose';
import { Contact, contactName, handTiedTo, recordIds, byRecordIds } from '../models/contact.js';
import { School } from '../models/school.js';
import { Section } from '../models/section.js';

export interface RelatedPerson {
  id: string;
  name: string;
  status: Contact['status'];
  /** "Parent, Primary": what the roster says about the tie, or who made it by hand. */
  tie: string;
  /** Somebody at the school made the tie. */
  byHand: boolean;
}

export interface ContactPage {
  contact: Contact;
  name: string;
  schools: string[];
  /** Of a student: guardians. Of a guardian: students. */
  related: RelatedPerson[];
  /** Students to whom the guardian is tied but who are not known here. */
  unknownStudents: number;
  classes: { name: string; period: string; students: number }[];
}

/** The most relatives or classes that are listed. A real family has fewer; a broken roster must not make the page endless. */
const MOST = 200;

/** One person of the account, with everything the page shows; null where the account has no such person. */
export async function loadContact(account: Types.ObjectId, id: Types.ObjectId): Promise<ContactPage | null> {
  const contact = await Contact.findOne({ _id: id, account }).lean();
  if (!contact) return null;
  const schools = await School.find({ account, _id: { $in: contact.schools } }, { name: 1 }).lean();
  const nameOf = new Map(schools.map((school) => [school._id.toHexString(), school.name]));
  const related = contact.type === 'student' ? await guardiansOf(contact) : await studentsOf(contact);
  const tied = new Set(contact.relations.map(({ student }) => student)).size;
  const ofRoster = related.filter(({ byHand }) => !byHand).length;
  return {
    contact,
    name: contactName(contact),
    schools: contact.schools.flatMap((school) => nameOf.get(school.toHexString()) ?? []),
    related,
    unknownStudents: contact.type === 'student' ? 0 : Math.max(0, Math.min(tied, MOST) - ofRoster),
    classes: await classesOf(contact),
  };
}

async function guardiansOf(student: Contact): Promise<RelatedPerson[]> {
  const ids = recordIds(student);
  const { account, _id } = student;
  const [ofRoster, byHand] = await Promise.all([
    ids.length > 0
      ? Contact.find({ account, 'relations.student': { $in: ids } })
          .sort({ sortKey: 1 })
          .limit(MOST)
          .lean()
      : [],
    Contact.find(handTiedTo(account, _id)).limit(MOST).lean(),
  ]);
  return inOrder([...ofRoster, ...byHand]).map((guardian) => relatedPerson(guardian, guardian, student));
}

async function studentsOf(guardian: Contact): Promise<RelatedPerson[]> {
  const { account, tied = [] } = guardian;
  const ids = [...new Set(guardian.relations.map(({ student }) => student))].slice(0, MOST);
  const [ofRoster, byHand] = await Promise.all([
    ids.length > 0 ? Contact.find(byRecordIds(account, ids)).lean() : [],
    tied.length > 0 ? Contact.find({ account, _id: { $in: tied.map(({ student }) => student) } }).lean() : [],
  ]);
  return inOrder([...ofRoster, ...byHand]).map((student) => relatedPerson(student, guardian, student));
}

/** Each person once, by name. */
function inOrder(people: Contact[]): Contact[] {
  const each = new Map(people.map((person) => [person._id.toHexString(), person]));
  return [...each.values()].sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1));
}

function tieTo(guardian: Contact, student: string[]): string {
  const ties = guardian.relations.filter((relation) => student.includes(relation.student));
  return [...new Set(ties.flatMap(({ relationship, type }) => [relationship, type]))]
    .filter(Boolean)
    .join(', ');
}

function relatedPerson(person: Contact, guardian: Contact, student: Contact): RelatedPerson {
  const hand = guardian.tied?.find((tie) => tie.student.equals(student._id));
  const ties = [
    tieTo(guardian, recordIds(student)),
    hand ? `${hand.relationship} (linked by your school)` : '',
  ];
  return {
    id: person._id.toHexString(),
    name: contactName(person),
    status: person.status,
    tie: ties.filter(Boolean).join('; '),
    byHand: hand !== undefined,
  };
}

/** A student's or teacher's classes in the mirror, including those that no event has taken. */
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
