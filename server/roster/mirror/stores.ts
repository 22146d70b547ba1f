import { Contact, personUpdate, type RosterPerson } from '../../models/contact.js';
import { contactKeys, personKeys } from '../../models/person-keys.js';
import { Course } from '../../models/course.js';
import { Section, type RosterSection } from '../../models/section.js';
import { Term } from '../../models/term.js';
import type { Collection } from '../../runs/changes/read-changes.js';
import { swapFurther } from '../people/keep-further.js';
import type { RosterCourse, RosterTerm } from '../../sources/records/map-clever-class.js';

/** Where records of one kind are stored, and how. */
export interface Store<F> {
  collection: Collection;
  /** The status of a record that the source no longer has. The document stays. */
  gone: 'transferred' | 'archived';
  /** The source's fields by their paths; fields that are not among them are left alone. */
  stored: (fields: F) => Record<string, unknown>;
  /** What a new document has besides the fields, and is made of them. */
  keysOf?: (fields: F) => object;
  /** The text by which a list of changes finds it. */
  searchKeyOf: (fields: F) => string;
  /** For kinds that can have further ids: the changed fields if a further id takes the main one's place. */
  swap?: (document: object, id: string) => Record<string, unknown>;
}

export const PEOPLE: Store<RosterPerson> = {
  collection: Contact.collection,
  gone: 'transferred',
  stored: personUpdate,
  keysOf: personKeys,
  searchKeyOf: (person) => contactKeys(person).searchKey,
  swap: (document, id) => swapFurther(document as Contact, id),
};

export const SECTIONS: Store<RosterSection> = {
  collection: Section.collection,
  gone: 'archived',
  stored: (section) => ({ termTold: undefined, ...section }),
  searchKeyOf: ({ name }) => name.toLowerCase(),
};

export const TERMS: Store<RosterTerm> = {
  collection: Term.collection,
  gone: 'archived',
  stored: (term) => ({ ...term }),
  searchKeyOf: ({ name }) => name.toLowerCase(),
};

export const COURSES: Store<RosterCourse> = {
  collection: Course.collection,
  gone: 'archived',
  stored: (course) => ({ ...course }),
  searchKeyOf: ({ name }) => name.toLowerCase(),
};
