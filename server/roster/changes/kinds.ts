import { Appointment } from '../../models/appointment.js';
import { Class, classKeys } from '../../models/class.js';
import { Contact, contactKeys } from '../../models/contact.js';
import { Course } from '../../models/course.js';
import { Resource } from '../../models/resource.js';
import { Section } from '../../models/section.js';
import { Term } from '../../models/term.js';
import { hashClass } from '../event-update/hash-class.js';
import { sectionFields } from '../refresh/keep-ties.js';
import { contentHash } from '../sources/roster-record.js';
import type { Collection } from './read-changes.js';
import { CLASS_TIES, SECTION_TIES } from './tie-kinds.js';

/** Where the documents of a kind lie, and what has to be known to take a change of them back. */
export interface Kind {
  collection: Collection;
  /** Where a document says which run made it. */
  addedBy: string;
  /** Where it is noted that somebody wants it to stay. */
  kept: string;
  /** The status of what is gone. */
  gone: string;
  /** By what a new document would be the same as one that is there. */
  sameBy: string[];
  /** What is stored with a document and made of the rest (to find and sort it, to tell whether it changed), and what of. */
  keysOf?: (document: never) => Record<string, string>;
  keysFrom?: string[];
  /** Where people say something about a document that a run made: one that says so is theirs. */
  decided?: string[];
  /** Only lists of documents of another kind: none of its own comes in or goes. */
  isPart?: true;
}

const ofSource = { addedBy: 'record.addedBy', kept: 'record.kept', sameBy: ['account', 'record.id'] };
const ofEvent = { addedBy: 'addedBy', kept: 'kept', gone: 'gone' };

const person: Kind = {
  ...ofSource,
  collection: Contact.collection,
  gone: 'transferred',
  keysOf: (contact: Contact) => ({ ...contactKeys(contact) }),
  keysFrom: ['firstName', 'lastName', 'email', 'schoolId'],
  decided: ['securityValue', 'merging'],
};
const mirrored = (model: { collection: unknown }): Kind => ({
  ...ofSource,
  collection: model.collection as Collection,
  gone: 'archived',
});

/** Who is in a section, where that waits for somebody. */
const sectionTies: Kind = {
  ...mirrored(Section),
  kept: 'record.keptFor',
  keysOf: (section: Section) => ({ 'record.hash': contentHash(sectionFields(section)) }),
  isPart: true,
};

/** Who is in a class, likewise. */
const classTies: Kind = {
  ...ofEvent,
  collection: Class.collection,
  kept: 'keptFor',
  sameBy: ['event', 'section'],
  keysOf: ({ synced }: Class) => ({ 'synced.hash': hashClass(synced) }),
  isPart: true,
};

/** What a refresh writes, in the order in which it does. */
export const REFRESH_KINDS: Record<string, Kind> = {
  term: mirrored(Term),
  course: mirrored(Course),
  section: mirrored(Section),
  [SECTION_TIES.kinds.students]: sectionTies,
  [SECTION_TIES.kinds.teachers]: sectionTies,
  student: person,
  teacher: person,
  staff: person,
  guardian: person,
};

/** What an event's update writes, in the order in which it does. */
export const UPDATE_KINDS: Record<string, Kind> = {
  class: {
    ...ofEvent,
    collection: Class.collection,
    sameBy: ['event', 'section'],
    keysOf: (item: Class) => ({ ...classKeys(item) }),
    keysFrom: ['synced.name', 'synced.course', 'edits.name'],
    decided: ['edits'],
  },
  [CLASS_TIES.kinds.students]: classTies,
  [CLASS_TIES.kinds.teachers]: classTies,
  resource: { ...ofEvent, collection: Resource.collection, sameBy: ['event', 'contact'] },
  appointment: { ...ofEvent, collection: Appointment.collection, sameBy: ['_id'] },
};
