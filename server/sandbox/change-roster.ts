import type { CleverUser, StudentRelationship } from '../clever/schema.js';
import type { District } from './district.js';
import { contactsOfStudent, sectionsOfUser } from './relate.js';

/** Changes of more than one record, as a real district would make them. */
export interface RosterChanges {
  /** Removes a student from the district and their classes, with the contacts who have no other child here. */
  removeStudent(id: string): void;
  /** Brings a student back with classes and contacts, or any other record alone. */
  restore(id: string): void;
  /** Adds the student to the sections. */
  enrol(studentId: string, sectionIds: readonly string[]): void;
  withdraw(studentId: string, sectionIds: readonly string[]): void;
}

interface Departure {
  sections: string[];
  contacts: { id: string; relations: StudentRelationship[] }[];
}

/** Makes the changes that involve more than one record of a district. */
export function createRosterChanges(district: District): RosterChanges {
  const departures = new Map<string, Departure>();

  function setRelations(contact: CleverUser, relations: StudentRelationship[]): void {
    const onlyContact = Object.keys(contact.roles ?? {}).length === 1;
    if (relations.length === 0 && onlyContact) district.remove(contact.id);
    else district.change(contact.id, { roles: { contact: { student_relationships: relations } } });
  }

  const changes: RosterChanges = {
    removeStudent(id) {
      if (!district.user(id)) return;
      const sections = sectionsOfUser(district, id).map((section) => section.id);
      const contacts = contactsOfStudent(district, id);
      const relations = contacts.map((contact) => ({
        id: contact.id,
        relations: contact.roles?.contact?.student_relationships ?? [],
      }));
      departures.set(id, { sections, contacts: relations });
      changes.withdraw(id, sections);
      for (const contact of contacts) {
        const left = (contact.roles?.contact?.student_relationships ?? []).filter(
          ({ student }) => student !== id,
        );
        setRelations(contact, left);
      }
      district.remove(id);
    },
    restore(id) {
      district.restore(id);
      const departure = departures.get(id);
      if (!departure) return;
      departures.delete(id);
      changes.enrol(id, departure.sections);
      for (const { id: contactId, relations } of departure.contacts) {
        district.restore(contactId);
        if (district.user(contactId))
          district.change(contactId, { roles: { contact: { student_relationships: relations } } });
      }
    },
    enrol(studentId, sectionIds) {
      for (const id of sectionIds) {
        const students = district.section(id)?.students ?? null;
        if (students && !students.includes(studentId))
          district.change(id, { students: [...students, studentId] });
      }
    },
    withdraw(studentId, sectionIds) {
      for (const id of sectionIds) {
        const students = district.section(id)?.students ?? null;
        if (students?.includes(studentId))
          district.change(id, { students: students.filter((other) => other !== studentId) });
      }
    },
  };
  return changes;
}
