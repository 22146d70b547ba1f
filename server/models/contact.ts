import mongoose, { Schema, type QueryFilter, type Types } from 'mongoose';
import type { Identifier } from './field-mapping.js';
import { lacksOf, personKeys, phoneKey, type PersonKeys } from './person-keys.js';
import { recordSchema, scopedSchema, type Scoped, type SourceRecord } from './scoped.js';
import { numberKey } from './security-value.js';

export const CONTACT_TYPES = ['student', 'teacher', 'staff', 'guardian'] as const;
export type ContactType = (typeof CONTACT_TYPES)[number];

/** Whether a kind of record is one of people. */
export function isContactType(kind: string): kind is ContactType {
  return (CONTACT_TYPES as readonly string[]).includes(kind);
}

/** A guardian's tie to a student, as the roster has it. `student` is the source's id, as a tie may arrive before its student. */
export interface Relation {
  student: string;
  relationship: string;
  type: string;
}

/** A tie that somebody of the school made by hand; the sync neither makes nor removes these. It names the student by our own id. */
export interface HandTie {
  student: Types.ObjectId;
  relationship: string;
  by: Types.ObjectId;
  at: Date;
}

/** A printed code for a student: it adds the student to one family, once. Only its hash is stored. */
export interface PrintedCode {
  hash: string;
  /** A hash by which the code alone finds the student. Absent in codes from before 0.10: they need the student's number too. */
  key?: string;
  at: Date;
  /** The household that is using it up: it counts for no other. Absent on paper that nobody used. */
  usedBy?: Types.ObjectId;
  /** Since when. Absent in claims from before 0.11, which only that household finishes. */
  usedAt?: Date;
}

/** What the roster says of a person. A roster refresh writes these fields and overwrites what a person wrote there. */
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
  /**
   * Only the identifiers that the account's mapping fills; no sync touches the others. The last field, and absent if nothing is mapped, so
   * that the hash stays the same.
   */
  identifiers?: Partial<Record<Identifier, string>>;
  /** Only from roster files: a student's second fact, a teacher's room. */
  securityValue?: string;
  room?: string;
}

/** Any person the account knows. */
export interface Contact extends Scoped, RosterPerson, PersonKeys {
  source: 'clever' | 'file' | 'hand';
  status: 'active' | 'transferred';
  transferredAt?: Date;
  record?: SourceRecord;
  /** The second fact, set by the school, by which a parent proves that a student is theirs; if unset, the birth date. */
  securityValue?: string;
  /**
   * Record ids of students whom they are not tied to, whatever the source says: the id was their child's before it was given to somebody
   * else.
   */
  notTied?: string[];
  tied?: HandTie[];
  code?: PrintedCode;
  /** The listed duplicate by which the contact is being merged; no other merge may take it meanwhile. */
  merging?: Types.ObjectId;
}

const text = { type: String, default: '' };

/** Ends with searchKey and lacks, so that the list of contacts finds, counts and sorts by the index alone. */
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
  code: {
    type: new Schema<PrintedCode>(
      { hash: String, key: String, at: Date, usedBy: Schema.Types.ObjectId, usedAt: Date },
      { _id: false },
    ),
  },
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
schema.index({ account: 1, 'code.key': 1 }, { partialFilterExpression: { 'code.key': { $gt: '' } } });
for (const identifier of ['identifiers.communityId', 'identifiers.barcode'])
  schema.index({ account: 1, [identifier]: 1 }, { partialFilterExpression: { [identifier]: { $gt: '' } } });

export const Contact = mongoose.model<Contact>('contact', schema);

/** The update that stores what the roster says of a person: identifiers one by one, so that one that is not mapped stays as it is. */
export function personUpdate({ identifiers, ...person }: RosterPerson): Record<string, unknown> {
  const dotted = Object.entries(identifiers ?? {}).map(([key, value]) => [`identifiers.${key}`, value]);
  return { ...person, ...(Object.fromEntries(dotted) as Record<string, string>), ...personKeys(person) };
}

/** Every record id that stands for the person. */
export function recordIds({ record }: Pick<Contact, 'record'>): string[] {
  return [...(record?.id ? [record.id] : []), ...(record?.also ?? [])];
}

/**
 * The contacts for whom one of these record ids stands, as their own or since a merge.
 * @param more a further condition, repeated in each branch, as only then the database uses an index for each
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

/**
 * The adults whom somebody of the school tied to a student by hand. The filter says that there is a tie so that the partial index is used.
 */
export function handTiedTo(account: Types.ObjectId, student: Types.ObjectId): QueryFilter<Contact> {
  return { account, 'tied.student': { $eq: student, $exists: true } };
}

/**
 * Whether a tie is that of a parent or legal guardian: Clever gives the kin in `relationship` and the duty in `type`. Emergency contacts,
 * aunts and siblings are not.
 */
export function isGuardian(tie: Pick<Relation, 'relationship' | 'type'>): boolean {
  return /^(parent|guardian)$/i.test(tie.relationship.trim()) || /^parent\/guardian$/i.test(tie.type.trim());
}

/** How a person is called on pages: first and last name, or what there is of them. */
export function contactName(person: { firstName?: string; lastName?: string; email?: string }): string {
  return [person.firstName, person.lastName].filter((part) => part).join(' ') || person.email || 'No name';
}
