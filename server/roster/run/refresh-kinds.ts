import { Contact } from '../../models/contact.js';
import { personKeys } from '../../models/person-keys.js';
import { contentHash } from '../../models/content-hash.js';
import { Course } from '../../models/course.js';
import { Section } from '../../models/section.js';
import { Term } from '../../models/term.js';
import { markOf } from '../../runs/changes/withhold-ties.js';
import type { Kind } from '../../runs/changes/kind.js';
import type { Collection } from '../../runs/changes/read-changes.js';
import { SECTION_TIES } from '../../runs/changes/tie-kinds.js';
import { sectionFields } from '../mirror/complete-records.js';

const ofSource = { addedBy: 'record.addedBy', kept: 'record.kept', sameBy: ['account', 'record.id'] };

const person: Kind = {
  ...ofSource,
  collection: Contact.collection,
  gone: 'transferred',
  keysOf: (contact: Contact) => ({ ...personKeys(contact) }),
  keysFrom: ['type', 'firstName', 'lastName', 'email', 'schoolId', 'birthDate', 'phone'],
  decided: ['securityValue', 'tied', 'code', 'merging'],
};
const mirrored = (model: { collection: unknown }): Kind => ({
  ...ofSource,
  collection: model.collection as Collection,
  gone: 'archived',
});

/** The withheld ties of a section's people. */
const sectionTies: Kind = {
  ...mirrored(Section),
  kept: 'record.keptFor',
  keysOf: (section: Section) => ({ 'record.hash': contentHash(sectionFields(section)) }),
  accepted: {
    path: 'record.acceptedFor',
    markOf: ({ studentIds, teacherIds }: Section) => markOf({ students: studentIds, teachers: teacherIds }),
  },
  isPart: true,
};

/** What a refresh writes, in the order of writing. */
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
