import type { CleverUser, TeacherRole } from '../clever/schema.js';
import { familyNames } from './generate-student.js';
import { schoolsOfBlock } from './group-families.js';
import { schoolAt } from './lay-out-district.js';
import { FIRST_NAMES, LAST_NAMES, plainLetters } from './names.js';
import type { World } from './world.js';

export const STAFF_PER_SCHOOL = 2;
export const DISTRICT_ADMINS = 3;

/** The second role of teachers who are also the parent of a student, or also staff: one user with two roles. */
export function secondRoleOf(teacher: number): 'contact' | 'staff' | null {
  if (teacher % 97 === 5) return 'contact';
  return teacher % 97 === 13 ? 'staff' : null;
}

/** The child (student index) of a teacher who is also a contact. */
export function childOfTeacher(world: World, teacher: number): number {
  return world.draw.below(world.plan.students, 'child of teacher', teacher);
}

/** The teacher at a place. */
export function generateTeacher(world: World, index: number): CleverUser | null {
  if (index >= world.plan.teachers) return null;
  const { draw, ids } = world;
  const first = draw.pick(FIRST_NAMES, 'teacher first', index);
  const last = teacherLastName(world, index);
  // Some have no address, and some share the address of the teacher before.
  const number = index % 61 === 50 ? index - 1 : index;
  const email = `${plainLetters(last)}.${String(number)}@staff.example.org`;
  const user = person(world, 'teacher', index, { first, last, middle: '' });
  if (index % 43 !== 20)
    user.email =
      number === index
        ? email
        : `${plainLetters(teacherLastName(world, number))}.${String(number)}@staff.example.org`;
  user.roles = {
    teacher: teacherRole(world, index, `${plainLetters(first)}.${plainLetters(last)}.${String(index)}`),
  };
  const second = secondRoleOf(index);
  if (second === 'contact') {
    const student = ids.idOf('student', childOfTeacher(world, index));
    user.roles.contact = {
      phone: '555-0199',
      phone_type: 'Cell',
      sis_id: '',
      student_relationships: [{ student, relationship: 'Parent', type: 'Parent/Guardian' }],
    };
  }
  if (second === 'staff')
    user.roles.staff = {
      schools: user.roles.teacher?.schools ?? [],
      staff_id: `T${String(index)}`,
      title: 'Dean',
      department: '',
      roles: [],
    };
  return user;
}

/** A teacher's last name. */
export function teacherLastName(world: World, index: number): string {
  const { draw } = world;
  return draw.chance(6, 'teacher script', index)
    ? familyNames(world, index).last
    : draw.pick(LAST_NAMES, 'teacher last', index);
}

function teacherRole(world: World, index: number, username: string): TeacherRole {
  const { draw, ids, plan } = world;
  const school = schoolAt(plan, 'firstTeacher', index);
  const own = ids.idOf('school', school.index);
  const elsewhere = schoolsOfBlock(plan, school)[school.index % 4 === 0 ? 1 : 0];
  return {
    school: own,
    schools: index % 15 === 7 ? [own, ids.idOf('school', elsewhere.index)] : [own],
    sis_id: String(40_000 + index),
    credentials: { district_username: username },
    title: draw.pick(['Teacher', 'Lead Teacher', '', 'Instructor'], 'title', index),
    ...(index % 29 === 3 ? {} : { teacher_number: String(70_000 + index) }),
    ...(index % 11 === 0 ? {} : { state_id: String(800_000 + index) }),
  };
}

/** The staff member at a place. */
export function generateStaff(world: World, index: number): CleverUser | null {
  const school = Math.floor(index / STAFF_PER_SCHOOL);
  if (school >= world.plan.schools.length) return null;
  const user = person(world, 'staff', index);
  user.roles = {
    staff: {
      schools: [world.ids.idOf('school', school)],
      staff_id: `S${String(1000 + index)}`,
      title: index % STAFF_PER_SCHOOL === 0 ? 'Principal' : 'Counselor',
      department: index % STAFF_PER_SCHOOL === 0 ? '' : 'Guidance',
      roles: [],
    },
  };
  return user;
}

/** The district administrator at a place. */
export function generateDistrictAdmin(world: World, index: number): CleverUser | null {
  if (index >= DISTRICT_ADMINS) return null;
  const user = person(world, 'district_admin', index);
  user.roles = { district_admin: { title: index === 0 ? 'Superintendent' : '' } };
  return user;
}

function person(
  world: World,
  kind: 'teacher' | 'staff' | 'district_admin',
  index: number,
  name?: CleverUser['name'],
): CleverUser {
  const { draw } = world;
  const drawn = {
    first: draw.pick(FIRST_NAMES, `${kind} first`, index),
    last: draw.pick(LAST_NAMES, `${kind} last`, index),
  };
  return {
    id: world.ids.idOf(kind, index),
    district: world.districtId,
    name: name ?? drawn,
    ...(kind === 'teacher'
      ? {}
      : { email: `${plainLetters(drawn.last)}.${kind.slice(0, 1)}${String(index)}@staff.example.org` }),
    created: world.baseTime,
    last_modified: world.baseTime,
  };
}
