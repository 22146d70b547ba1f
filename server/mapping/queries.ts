import type { Types } from 'mongoose';
import { Account } from '../models/account.js';
import {
  IDENTIFIERS,
  identifierNamesOf,
  MAPPABLE,
  MAPPED_TYPES,
  mappingOf,
  type FieldMapping,
  type Identifier,
  type MappedType,
} from '../models/field-mapping.js';
import { Contact } from '../models/contact.js';
import type { MappingChange } from './compare-mappings.js';

/** One of our fields and where it comes from, as on the page. */
export interface FieldRow {
  field: string;
  /** Clever's name of it. */
  from: string;
}

export interface MappedTable {
  type: MappedType;
  title: string;
  fixed: FieldRow[];
  identifiers: { identifier: Identifier; name: string; options: readonly string[] }[];
}

const STATUS = 'active; transferred when Clever no longer lists the person';
const BOTH: FieldRow[] = [
  { field: 'Record ID', from: 'id' },
  { field: 'First name', from: 'name.first' },
  { field: 'Middle name', from: 'name.middle' },
  { field: 'Last name', from: 'name.last' },
  { field: 'Email', from: 'email' },
  { field: 'User name', from: 'credentials.district_username' },
];
const TAIL: FieldRow[] = [
  { field: 'School', from: 'schools, by the matched school' },
  { field: 'Status', from: STATUS },
];

/** The rows that nobody can change. */
const FIXED: Record<MappedType, FieldRow[]> = {
  student: [
    ...BOTH,
    { field: 'Student ID', from: 'student_number, or sis_id if it’s blank (only to find a child)' },
    { field: 'Birth date', from: 'dob' },
    { field: 'Sex', from: 'gender' },
    { field: 'Address', from: 'location.address' },
    { field: 'City', from: 'location.city' },
    { field: 'State', from: 'location.state' },
    { field: 'Postal code', from: 'location.zip' },
    { field: 'Grade', from: 'grade' },
    ...TAIL,
  ],
  teacher: [...BOTH, { field: 'Title', from: 'title' }, ...TAIL],
  staff: [...BOTH, { field: 'Title', from: 'title' }, ...TAIL],
};

const TITLES: Record<MappedType, string> = { student: 'Students', teacher: 'Teachers', staff: 'Staff' };

export interface MappingPage {
  mapping: FieldMapping;
  names: Record<Identifier, string>;
  tables: MappedTable[];
  /** Whether a source is enabled; without one there is nothing to preview. */
  connected: boolean;
}

export async function mappingPage(account: Types.ObjectId): Promise<MappingPage> {
  const found = await Account.findById(account, { mapping: 1, identifierNames: 1, 'clever.enabled': 1 })
    .orFail()
    .lean();
  const names = identifierNamesOf(found);
  const tables = MAPPED_TYPES.map((type) => ({
    type,
    title: TITLES[type],
    fixed: FIXED[type],
    identifiers: IDENTIFIERS.map((identifier) => ({
      identifier,
      name: names[identifier],
      options: MAPPABLE[type],
    })),
  }));
  return { mapping: mappingOf(found), names, tables, connected: found.clever?.enabled === true };
}

/** A change with its extent: how many contacts of the type there are, and how many have the identifier now. */
export interface CountedChange extends MappingChange {
  title: string;
  name: string;
  contacts: number;
  filled: number;
}

export async function countChanges(
  account: Types.ObjectId,
  changes: readonly MappingChange[],
  names: Record<Identifier, string>,
): Promise<CountedChange[]> {
  return Promise.all(
    changes.map(async (change) => {
      const { type, identifier } = change;
      const [contacts, filled] = await Promise.all([
        Contact.countDocuments({ account, type, status: { $in: ['active', 'transferred'] } }),
        Contact.countDocuments({ account, type, [`identifiers.${identifier}`]: { $gt: '' } }),
      ]);
      return { ...change, title: TITLES[type], name: names[identifier], contacts, filled };
    }),
  );
}
