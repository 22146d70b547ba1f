import type { CleverUser, PersonName, StudentRole } from '../clever/schema.js';
import { familyOf, schoolsOfBlock } from './group-families.js';
import type { GradePlan } from './lay-out-district.js';
import { FIRST_NAMES, HOSTILE_NAMES, LAST_NAMES, plainLetters, WORLD_NAMES } from './names.js';
import { gradeOfStudent } from './place-students.js';
import type { World } from './world.js';

/** Every third of the first students has a difficult name, with ordinary ones between. */
function hostileName(world: World, index: number): PersonName | undefined {
  if (world.plainNames) return undefined;
  return index >= 20 && (index - 20) % 3 === 0 ? HOSTILE_NAMES[(index - 20) / 3] : undefined;
}

/** The names of a family: 12 in 100 have more than plain letters. */
export function familyNames(world: World, family: number): { first: readonly string[]; last: string } {
  const { draw } = world;
  const plain = !draw.chance(12, 'world name', family);
  const { first, last } = plain
    ? { first: FIRST_NAMES, last: LAST_NAMES }
    : draw.pick(WORLD_NAMES, 'script', family);
  return { first, last: draw.pick(last, 'last name', family) };
}

/** Grade and school of a student; one who arrived later joins the grade of a random classmate. */
export function homeOf(world: World, index: number): GradePlan {
  const { plan, draw } = world;
  return gradeOfStudent(plan, index < plan.students ? index : draw.below(plan.students, 'classmate', index));
}

/** The student at a place. */
export function generateStudent(world: World, index: number): CleverUser {
  const { draw, ids } = world;
  const name = nameOf(world, index);
  const username = `${plainLetters(name.first ?? '')}${plainLetters(name.last ?? '').slice(0, 1)}${String(index)}`;
  const email = emailOf(world, index, username);
  return {
    id: ids.idOf('student', index),
    district: world.districtId,
    name,
    created: world.baseTime,
    last_modified: world.baseTime,
    ...(email === undefined ? {} : { email }),
    roles: {
      student: {
        ...schooling(world, index),
        ...numbers(index),
        ...aboutChild(world, index),
        credentials: { district_username: username },
        ...(draw.chance(50, 'role email', index) && email !== undefined ? { email } : {}),
      },
    },
  };
}

function nameOf(world: World, index: number): PersonName {
  const hostile = hostileName(world, index);
  if (hostile) return { ...hostile };
  const { draw } = world;
  const names = familyNames(world, familyOf(world.plan, index));
  const first = draw.pick(names.first, 'first name', index);
  return {
    first,
    last: names.last,
    ...(draw.chance(60, 'middle', index)
      ? { middle: draw.pick(['', ...'A B C D E F G H J K L M N P R S T W'.split(' ')], 'initial', index) }
      : {}),
  };
}

/** Most older students have an address; some share a family's; a few addresses are not valid. */
function emailOf(world: World, index: number, username: string): string | undefined {
  const { draw } = world;
  if (index % 401 === 33) return 'none';
  if (index % 97 === 50) return `family${String(familyOf(world.plan, index))}@families.example.org`;
  const has = draw.chance(homeOf(world, index).school.level === 'elementary' ? 30 : 85, 'email', index);
  if (!has) return draw.chance(50, 'empty email', index) ? '' : undefined;
  return `${username}@students.example.org`;
}

function schooling(world: World, index: number): StudentRole {
  const { draw, ids } = world;
  const grade = homeOf(world, index);
  const own = ids.idOf('school', grade.school.index);
  // Some older students also attend the block's other upper school.
  const [, , middle, high] = schoolsOfBlock(world.plan, grade.school);
  const other = grade.school === high ? middle : high;
  const both = grade.school.level !== 'elementary' && draw.chance(8, 'two schools', index);
  const schools = both ? [own, ids.idOf('school', other.index)] : [own];
  return {
    school: own,
    schools,
    enrollments: draw.chance(70, 'enrollments', index)
      ? []
      : [
          {
            school: own,
            start_date: `${String(world.schoolYear)}-08-18`,
            end_date: `${String(world.schoolYear + 1)}-06-05`,
          },
        ],
    ...(index % 83 === 12 ? {} : { grade: index % 83 === 29 ? '' : grade.grade }),
  };
}

function numbers(index: number): StudentRole {
  return {
    sis_id: String(300_000 + index),
    ...(index % 149 === 31 ? {} : { student_number: String(200_000 + index) }),
    ...(index % 7 === 0 ? { state_id: '' } : { state_id: String(9_000_000 + index) }),
  };
}

function aboutChild(world: World, index: number): StudentRole {
  const { draw } = world;
  const about: StudentRole = {
    gender: draw.pick(['F', 'M', 'F', 'M', 'F', 'M', 'F', 'M', 'X', ''], 'gender', index),
  };
  if (index % 113 !== 41) about.dob = index % 113 === 77 ? '' : birthDate(world, index);
  if (!draw.chance(15, 'no location', index)) {
    about.location = {
      address: '',
      city: 'Cedar Valley',
      state: 'CA',
      zip: String(90_000 + draw.below(900, 'zip', index)),
    };
  }
  return about;
}

/** "M/D/YYYY", sometimes padded; twins share theirs. */
function birthDate(world: World, index: number): string {
  const { draw, plan } = world;
  const home = homeOf(world, index);
  const family = familyOf(plan, index);
  const who = family === index - 1 ? family : index;
  const age = Number(home.grade.replace('Kindergarten', '0'));
  const month = 1 + draw.below(12, 'birth month', who);
  const day = 1 + draw.below(28, 'birth day', who);
  const year = world.schoolYear - age - (month >= 9 ? 6 : 5);
  const padded = draw.chance(20, 'padded', who);
  return (
    [month, day].map((part) => (padded ? String(part).padStart(2, '0') : String(part))).join('/') +
    `/${String(year)}`
  );
}
