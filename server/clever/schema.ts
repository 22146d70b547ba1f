/**
 * Clever's records as they arrive (Data API v3.0 and v3.1, clever.com). Only `id` and `district` are certain; every other field may be
 * absent, empty or null. Keys that are not named here stay in the objects, but nothing may use them. Texts are untrusted: any UTF-8 of any
 * length.
 */
export type Text = string | null;

export interface CleverObject {
  id: string;
  district: string;
}

export interface CleverDistrict {
  id: string;
  name?: Text;
  sis_type?: Text;
  launch_date?: Text;
  portal_url?: Text;
  login_methods?: string[] | null;
  district_contact?: {
    id?: Text;
    name?: PersonName | null;
    email?: Text;
    title?: Text;
    district?: Text;
  } | null;
  last_sync?: Text;
  error?: Text;
  /** running | pending | error | paused | success | "" */
  state?: Text;
  pause_start?: Text;
  pause_end?: Text;
}

export interface CleverSchool extends CleverObject {
  name?: Text;
  sis_id?: Text;
  school_number?: Text;
  state_id?: Text;
  nces_id?: Text;
  low_grade?: Text;
  high_grade?: Text;
  phone?: Text;
  principal?: { name?: Text; email?: Text } | null;
  location?: Location | null;
  created?: Text;
  last_modified?: Text;
}

/** Dates are "YYYY-MM-DD", or a whole timestamp if a sub-route gives the term. A term names no school. */
export interface CleverTerm extends CleverObject {
  name?: Text;
  start_date?: Text;
  end_date?: Text;
}

export interface CleverCourse extends CleverObject {
  name?: Text;
  number?: Text;
}

export interface CleverSection extends CleverObject {
  school?: Text;
  name?: Text;
  sis_id?: Text;
  subject?: Text;
  students?: string[] | null;
  /** The primary teacher, also the first of `teachers`. */
  teacher?: Text;
  teachers?: string[] | null;
  course?: Text;
  term_id?: Text;
  grade?: Text;
  period?: Text;
  section_number?: Text;
  created?: Text;
  last_modified?: Text;
}

export type CleverRole = 'student' | 'teacher' | 'staff' | 'district_admin' | 'contact';

export interface CleverUser extends CleverObject {
  name?: PersonName | null;
  email?: Text;
  created?: Text;
  last_modified?: Text;
  roles?: {
    student?: StudentRole | null;
    teacher?: TeacherRole | null;
    staff?: StaffRole | null;
    district_admin?: { title?: Text; legacy_id?: Text } | null;
    contact?: ContactRole | null;
  } | null;
}

export interface PersonName {
  first?: Text;
  middle?: Text;
  last?: Text;
}

export interface Location {
  address?: Text;
  city?: Text;
  state?: Text;
  zip?: Text;
}

export interface StudentRole {
  school?: Text;
  schools?: string[] | null;
  enrollments?: { school?: Text; start_date?: Text; end_date?: Text }[] | null;
  sis_id?: Text;
  student_number?: Text;
  state_id?: Text;
  location?: Location | null;
  gender?: Text;
  /** "M/D/YYYY", not always padded. */
  dob?: Text;
  grade?: Text;
  graduation_year?: Text;
  credentials?: { district_username?: Text } | null;
  email?: Text;
  legacy_id?: Text;
}

export interface TeacherRole {
  school?: Text;
  schools?: string[] | null;
  sis_id?: Text;
  teacher_number?: Text;
  state_id?: Text;
  title?: Text;
  credentials?: { district_username?: Text } | null;
  legacy_id?: Text;
}

export interface StaffRole {
  schools?: string[] | null;
  staff_id?: Text;
  title?: Text;
  department?: Text;
  credentials?: { district_username?: Text } | null;
  roles?: string[] | null;
  legacy_id?: Text;
}

export interface ContactRole {
  phone?: Text;
  phone_type?: Text;
  sis_id?: Text;
  student_relationships?: StudentRelationship[] | null;
  legacy_id?: Text;
}

export interface StudentRelationship {
  student?: Text;
  /** Parent | Grandparent | Self | Aunt/Uncle | Sibling | Other */
  relationship?: Text;
  /** Parent/Guardian | Emergency | Primary | Secondary | Family | Other */
  type?: Text;
}

/** One change, oldest first. `deleted` also means "no longer shared". Events name no district of their own. */
export interface CleverEvent {
  id: string;
  /** users.created, sections.updated, terms.deleted … */
  type?: Text;
  created?: Text;
  data?: {
    object?: (CleverObject & Record<string, unknown>) | null;
    previous_attributes?: Record<string, unknown> | null;
  } | null;
}

interface ListTypes {
  schools: CleverSchool;
  terms: CleverTerm;
  courses: CleverCourse;
  sections: CleverSection;
  users: CleverUser;
  events: CleverEvent;
  mycontacts: CleverUser;
  mystudents: CleverUser;
  myteachers: CleverUser;
}

/** A path that is read page by page: a whole type (`/sections`), or the part of it below one object (`/schools/ID/sections`). */
export type ListPath = `/${keyof ListTypes}` | `/${string}/${string}/${keyof ListTypes}`;

export type ListedAt<P extends ListPath> = P extends `/${string}/${string}/${infer K extends keyof ListTypes}`
  ? ListTypes[K]
  : P extends `/${infer K extends keyof ListTypes}`
    ? ListTypes[K]
    : never;

export type SinglePath = '/schools' | '/terms' | '/courses' | '/sections' | '/users' | '/events';
