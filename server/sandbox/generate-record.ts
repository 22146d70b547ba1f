import type {
  CleverCourse,
  CleverDistrict,
  CleverEvent,
  CleverSchool,
  CleverSection,
  CleverTerm,
  CleverUser,
} from '../clever/schema.js';
import { generateCourse, generateDistrict, generateSchool, generateTerm } from './generate-catalog.js';
import { generateContact } from './generate-contact.js';
import { generateSection } from './generate-section.js';
import { generateDistrictAdmin, generateStaff, generateTeacher } from './generate-staff.js';
import { generateStudent } from './generate-student.js';
import type { Kind } from './identify.js';
import type { World } from './world.js';

/** The type of each kind's records. */
export interface ObjectTypes {
  district: CleverDistrict;
  school: CleverSchool;
  term: CleverTerm;
  course: CleverCourse;
  section: CleverSection;
  student: CleverUser;
  teacher: CleverUser;
  staff: CleverUser;
  district_admin: CleverUser;
  contact: CleverUser;
  event: CleverEvent;
}
export type AnyObject = ObjectTypes[Kind];

type Maker = (world: World, index: number) => AnyObject | null;

const MAKERS: Record<Exclude<Kind, 'event'>, Maker> = {
  district: generateDistrict,
  school: generateSchool,
  term: generateTerm,
  course: generateCourse,
  section: generateSection,
  student: generateStudent,
  teacher: generateTeacher,
  staff: generateStaff,
  district_admin: generateDistrictAdmin,
  contact: generateContact,
};

/** The record at a place of its kind, as the untouched district has it; null for an empty place. */
export function generateRecord(world: World, kind: Exclude<Kind, 'event'>, index: number): AnyObject | null {
  return MAKERS[kind](world, index);
}
