import type { CleverUser, PersonName, StudentRelationship } from '../clever/schema.js';
import { familyNames } from './generate-student.js';
import { childrenOf, CONTACTS_PER_FAMILY } from './group-families.js';
import { LAST_NAMES, plainLetters } from './names.js';
import type { World } from './world.js';

const OTHERS: readonly [string, string][] = [
  ['Grandparent', 'Emergency'],
  ['Aunt/Uncle', 'Emergency'],
  ['Sibling', 'Family'],
  ['Other', 'Family'],
  ['Grandparent', 'Parent/Guardian'],
  ['Parent', 'Primary'],
];

/**
 * The contact at a place; a family has four places. The first is a parent (in all but 4 of 100 families), often followed by a second one,
 * and sometimes by somebody else; the fourth is empty until a contact's id changes. Null for an empty place.
 */
export function generateContact(world: World, index: number): CleverUser | null {
  const family = Math.floor(index / CONTACTS_PER_FAMILY);
  const place = index % CONTACTS_PER_FAMILY;
  const children = childrenOf(world.plan, family);
  if (children.length === 0 || !isTaken(world, family, place)) return null;
  const [relationship, type] =
    place < 2 ? (['Parent', 'Parent/Guardian'] as const) : world.draw.pick(OTHERS, 'relationship', family);
  const relations = children.map((child) => ({
    student: world.ids.idOf('student', child),
    relationship,
    type,
  }));
  return contact(world, index, relations);
}

function isTaken({ draw }: World, family: number, place: number): boolean {
  if (draw.chance(4, 'no contacts', family)) return false;
  return (
    place === 0 ||
    (place === 1 && draw.chance(60, 'second parent', family)) ||
    (place === 2 && draw.chance(14, 'third contact', family))
  );
}

function contact(world: World, index: number, relations: StudentRelationship[]): CleverUser {
  const { draw } = world;
  const family = Math.floor(index / CONTACTS_PER_FAMILY);
  const names = familyNames(world, family);
  const first = draw.pick(names.first, 'contact first', index);
  const last = draw.chance(15, 'own last name', index)
    ? draw.pick(LAST_NAMES, 'contact last', index)
    : names.last;
  const email = emailOf(world, index, first, last);
  // Many districts put the whole name into one field.
  const name: PersonName = draw.chance(35, 'whole name', index)
    ? { last: `${first} ${last}` }
    : { first, last };
  return {
    id: world.ids.idOf('contact', index),
    district: world.districtId,
    name,
    created: world.baseTime,
    last_modified: world.baseTime,
    ...(email === undefined ? {} : { email }),
    roles: {
      contact: {
        phone: draw.chance(20, 'no phone', index)
          ? ''
          : `555-${String(draw.below(10_000, 'phone', index)).padStart(4, '0')}`,
        phone_type: draw.pick(['Cell', 'Home', 'Work', 'Other'], 'phone type', index),
        sis_id: '',
        student_relationships: relations,
      },
    },
  };
}

/** 12 in 100 have no address; some second parents share the first one's; a few addresses are not valid. */
function emailOf(world: World, index: number, first: string, last: string): string | undefined {
  const { draw } = world;
  if (draw.chance(12, 'contact without email', index))
    return draw.chance(50, 'contact empty email', index) ? '' : undefined;
  if (draw.chance(0.5, 'bad email', index)) return `${plainLetters(first)} at home`;
  if (
    index % CONTACTS_PER_FAMILY < 2 &&
    draw.chance(6, 'shared address', Math.floor(index / CONTACTS_PER_FAMILY))
  ) {
    return `family${String(Math.floor(index / CONTACTS_PER_FAMILY))}@families.example.org`;
  }
  return `${plainLetters(first)}.${plainLetters(last)}.${String(index)}@families.example.org`;
}
