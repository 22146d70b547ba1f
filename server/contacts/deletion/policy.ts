import { CONTACT_TYPES, type ContactType } from '../../models/contact.js';
import { ACCESS_LEVELS, atLeast, type AccessLevel } from '../../models/user.js';

export type DeletionLevel = Exclude<AccessLevel, 'customer'>;

/** The levels to choose from. Everybody below the chosen one is deleted: customers always, administrators never. */
export const DELETION_LEVELS = ACCESS_LEVELS.filter((level): level is DeletionLevel => level !== 'customer');

/** The level of somebody without a login: teachers and staff run their own schedule, all others are customers. */
const LEVEL_OF_TYPE: Record<ContactType, AccessLevel> = {
  student: 'customer',
  guardian: 'customer',
  teacher: 'resource administrator',
  staff: 'resource administrator',
};

/** The types of contacts that a level deletes, except people whose login has the level or a higher one. */
export function typesBelow(level: DeletionLevel): ContactType[] {
  return CONTACT_TYPES.filter((type) => !atLeast(LEVEL_OF_TYPE[type], level));
}

/** Whether a login stays: it has the level or a higher one anywhere in the account. */
export function staysAt(highest: AccessLevel, level: DeletionLevel): boolean {
  return atLeast(highest, level);
}
