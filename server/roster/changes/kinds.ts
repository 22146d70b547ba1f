import { Appointment } from '../../models/appointment.js';
import { Class, classKeys } from '../../models/class.js';
import { Contact, contactKeys } from '../../models/contact.js';
import { Course } from '../../models/course.js';
import { Resource } from '../../models/resource.js';
import { Section } from '../../models/section.js';
import { Term } from '../../models/term.js';
import type { Collection } from './read-changes.js';

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
  /** What is stored with a document to find and sort it, and what this is made of. */
  keysOf?: (document: never) => Record<string, string>;
  keysFrom?: string[];
  /** Where people say something about a document that a run made: one that says so is theirs. */
  decided?: string[];
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

/** What a refresh writes, in the order in which it does. */
export const REFRESH_KINDS: Record<string, Kind> = {
  term: mirrored(Term),
  course: mirrored(Course),
  section: mirrored(Section),
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
  resource: { ...ofEvent, collection: Resource.collection, sameBy: ['event', 'contact'] },
  appointment: { ...ofEvent, collection: Appointment.collection, sameBy: ['_id'] },
};
