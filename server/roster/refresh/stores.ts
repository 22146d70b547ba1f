import type { mongo } from 'mongoose';
import { Contact, contactKeys, type RosterPerson } from '../../models/contact.js';
import { Course } from '../../models/course.js';
import { Section, type RosterSection } from '../../models/section.js';
import { Term } from '../../models/term.js';
import type { RosterCourse, RosterTerm } from '../sources/map-clever-class.js';

/** Where records of one kind are kept, and how. */
export interface Store<F> {
  collection: Pick<mongo.Collection, 'find' | 'findOne' | 'bulkWrite' | 'updateMany'>;
  /** The status of what the source no longer has. It stays. */
  gone: 'transferred' | 'archived';
  /** The stored fields of what the source said. */
  stored: (fields: F) => object;
  /** What else a new document needs. */
  fresh: object;
}

export const PEOPLE: Store<RosterPerson> = {
  collection: Contact.collection,
  gone: 'transferred',
  stored: (person) => ({ ...person, ...contactKeys(person) }),
  fresh: { source: 'clever' },
};

export const SECTIONS: Store<RosterSection> = {
  collection: Section.collection,
  gone: 'archived',
  stored: (section) => section,
  fresh: {},
};

export const TERMS: Store<RosterTerm> = {
  collection: Term.collection,
  gone: 'archived',
  stored: (term) => term,
  fresh: {},
};

export const COURSES: Store<RosterCourse> = {
  collection: Course.collection,
  gone: 'archived',
  stored: (course) => course,
  fresh: {},
};
