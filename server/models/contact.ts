import mongoose, { Schema, type QueryFilter, type Types } from 'mongoose';
import type { Identifier } from './account.js';
import { lacksOf, personKeys, phoneKey, type PersonKeys } from './person-keys.js';
import { recordSchema, scopedSchema, type Scoped, type SourceRecord } from './scoped.js';
import { numberKey } from './security-value.js';

export const CONTACT_TYPES = ['student', 'teacher', 'staff', 'guardian'] as const;
export type ContactType = (typeof CONTACT_TYPES)[number];

/** Whether a kind of record is one of people. */
export function isContactType(kind: string): kind is ContactType {
  return (CONTACT_TYPES as readonly string[]).includes(kind);
}

/** A guardian's tie to a student, as the roster tells it. `student` is the source's id, so that a tie may come before its student. */
export interface Relation {
  student: string;
  relationship: string;
  type: string;
}

/** A tie that somebody of the school made by hand: the sync neither makes nor takes such. By our own id of the student. */
export interface HandTie {
  student: Types.ObjectId;
  relationship: string;
  by: Types.ObjectId;
  at: Date;
}

/** A code that was printed for a student: it adds them to one family, once. Its hash alone is kept. */
export interface PrintedCode {
  hash: string;
  at: Date;
}

/** What the roster says of a person. A roster refresh writes these fields; what a person writes there it overwrites. */
export interface RosterPerson {
  type: ContactType;
  firstName: string;
  middleName: string;
  lastName: string;
  email: string;
  username: string;
  /** The number a parent knows (Clever: student_number, else sis_id). Only for looking a child up, never for matching. */
  schoolId: string;
  /** YYYY-MM-DD or ''. */
  birthDate: string;
  sex: string;
  address: string;
  city: string;
  state: string;
  postalCode: string;
  grade: string;
  title: string;
  phone: string;
  /** Our schools, the main one first. */
  schools: Types.ObjectId[];
  relations: Relation[];
  /** Only those that the account's mapping fills; the others are left alone by every sync. Last, and absent where nothing is mapped: so is the hash. */
  identifiers?: Partial<Record<Identifier, string>>;
  /** Of roster files alone, where they tell it: a student's second fact, a teacher's room. */
  securityValue?: string;
  room?: string;
}

/** Any person the account knows. */
export interface Contact extends Scoped, RosterPerson, PersonKeys {
  source: 'clever' | 'file' | 'hand';
  status: 'active' | 'transferred';
  transferredAt?: Date;
  record?: SourceRecord;
  /** The second fact, set by the school, by which a parent proves a student is theirs; the birth date where unset. */
  securityValue?: string;
  /** Record ids of students whom they are not tied to, whatever the source says: each was their child's before it was given to another. */
  notTied?: string[];
  /** Made by hand. */
  tied?: HandTie[];
  code?: PrintedCode;
  /** The listed duplicate by which it is being merged right now: nobody else may merge it meanwhile. */
  merging?: Types.ObjectId;
}

const text = { type: String, default: '' };

/** With searchKey and lacks at the end: the list of contacts finds, counts and sorts in the index alone. */
export const LISTING_INDEX = { account: 1, type: 1, status: 1, sortKey: 1, searchKey: 1, lacks: 1 } as const;

const schema = scopedSchema<Contact>('contact', {
  type: { type: String, enum: CONTACT_TYPES, required: true },
  source: { type: String, enum: ['clever', 'file', 'hand'], required: true },
  status: { type: String, enum: ['active', 'transferred'], required: true },
  transferredAt: Date,
  record: { type: recordSchema },
  firstName: text,
  middleName: text,
  lastName: text,
  email: text,
  username: text,
  schoolId: text,
  birthDate: text,
  sex: text,
  address: text,
  city: text,
  state: text,
  postalCode: text,
  grade: text,
  title: text,
  phone: text,
  schools: [Schema.Types.ObjectId],
  relations: [new Schema({ student: String, relationship: String, type: { type: String } }, { _id: false })],
  identifiers: {
    type: new Schema({ communityId: text, barcode: text }, { _id: false }),
    default: () => ({}),
  },
  securityValue: String,
  room: String,
  notTied: { type: [String], default: undefined },
  tied: {
    type: [
      new Schema<HandTie>(
        {
          student: { type: Schema.Types.ObjectId, required: true },
          relationship: String,
          by: { type: Schema.Types.ObjectId, required: true },
          at: { type: Date, required: true },
        },
        { _id: false },
      ),
    ],
    default: undefined,
  },
  code: { type: new Schema<PrintedCode>({ hash: String, at: Date }, { _id: false }) },
  merging: Schema.Types.ObjectId,
  searchKey: { type: String, default: '' },
  sortKey: { type: String, default: '' },
  numberKey: {
    type: String,
    default(this: Contact) {
      return numberKey(this.schoolId);
    },
  },
  lacks: {
    type: String,
    default(this: Contact) {
      return lacksOf(this);
    },
  },
  phoneKey: {
    type: String,
    default(this: Contact) {
      return phoneKey(this.phone);
    },
  },
});
schema.index(
  { account: 1, 'record.id': 1 },
  { unique: true, partialFilterExpression: { 'record.id': { $exists: true } } },
);
schema.index(LISTING_INDEX);
schema.index({ account: 1, sortKey: 1 });
schema.index({ account: 1, email: 1 });
schema.index({ account: 1, numberKey: 1 });
schema.index({ account: 1, phoneKey: 1 }, { partialFilterExpression: { phoneKey: { $gt: '' } } });
schema.index({ account: 1, 'relations.student': 1 });
schema.index(
  { account: 1, 'record.also': 1 },
  { partialFilterExpression: { 'record.also': { $exists: true } } },
);
schema.index(
  { account: 1, 'tied.student': 1 },
  { partialFilterExpression: { 'tied.student': { $exists: true } } },
);
schema.index({ account: 1, notTied: 1 }, { partialFilterExpression: { notTied: { $exists: true } } });
schema.index(
  { account: 1, 'record.kept': 1 },
  { partialFilterExpression: { 'record.kept': { $exists: true } } },
);
for (const identifier of ['identifiers.communityId', 'identifiers.barcode'])
  schema.index({ account: 1, [identifier]: 1 }, { partialFilterExpression: { [identifier]: { $gt: '' } } });

export const Contact = mongoose.model<Contact>('contact', schema);

/** What the roster says of a person as an update sets it: identifiers one by one, so that one that is not mapped stays as it is. */
export function personUpdate({ identifiers, ...person }: RosterPerson): Record<string, unknown> {
  const dotted = Object.entries(identifiers ?? {}).map(([key, value]) => [`identifiers.${key}`, value]);
  return { ...person, ...(Object.fromEntries(dotted) as Record<string, string>), ...personKeys(person) };
}

/** Every record id that stands for the person. */
export function recordIds({ record }: Pick<Contact, 'record'>): string[] {
  return [...(record?.id ? [record.id] : []), ...(record?.also ?? [])];
}

/**
 * The contacts for which one of these record ids stands, as their own or since a merge.
 * @param more what else must hold; within each branch, as only so the database picks an index for each by itself
 */
export function byRecordIds(
  account: Types.ObjectId,
  ids: readonly string[],
  more: QueryFilter<Contact> = {},
): QueryFilter<Contact> {
  return {
    $or: [
      { account, 'record.id': { $in: [...ids], $type: 'string' as const }, ...more },
      { account, 'record.also': { $in: [...ids], $exists: true }, ...more },
    ],
  };
}

/** The adults whom somebody of the school tied to a student by hand. That there is a tie is what lets the partial index answer. */
export function handTiedTo(account: Types.ObjectId, student: Types.ObjectId): QueryFilter<Contact> {
  return { account, 'tied.student': { $eq: student, $exists: true } };
}

/** Parents, and guardians of any kind: Clever tells the kin in `relationship` and the duty in `type`. Not emergency contacts, aunts, siblings. */
export function isGuardian(tie: Pick<Relation, 'relationship' | 'type'>): boolean {
  return /^(parent|guardian)$/i.test(tie.relationship.trim()) || /^parent\/guardian$/i.test(tie.type.trim());
}

/** How a person is called on pages: first and last name, or what there is of them. */
export function contactName(person: { firstName?: string; lastName?: string; email?: string }): string {
  return [person.firstName, person.lastName].filter((part) => part).join(' ') || person.email || 'No name';
}

/** Of students whose numbers read the same (`numberKey`): those who have it exactly, else the only one there is. */
export function withNumber<T extends Pick<Contact, 'schoolId'>>(students: T[], number: string): T[] {
  const exact = students.filter(({ schoolId }) => schoolId === number.trim());
  if (exact.length > 0) return exact;
  return students.length === 1 ? students : [];
}
