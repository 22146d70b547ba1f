import { atLeast, type AccessLevel, type User } from '../models/user.js';
import type { Actor } from '../web/actor.js';

/** Who may see and change the school's settings and the people who log in. */
function mayManageAccount(actor: Actor): boolean {
  return atLeast(actor.level, 'administrator');
}

/** Nobody changes their own access, so that no mistake leaves an account without an administrator. */
export function mayChangeAccess(actor: Actor, userId: string): boolean {
  return mayManageAccount(actor) && actor.user.toHexString() !== userId;
}

/** The page that somebody sees after logging in. */
export function homeOf(highest: AccessLevel): string {
  return highest === 'customer' ? '/my' : '/events';
}

/** The entries of the main navigation; the routes have their own guards. The district's data belong to no single event. */
export function sectionsFor({ level, levelName }: Pick<Actor, 'level' | 'levelName'>): string[] {
  if (atLeast(level, 'administrator'))
    return ['events', 'importer', 'data-browser', 'reports', 'global-setup'];
  if (atLeast(level, 'event administrator')) return ['events', 'importer', 'data-browser', 'reports'];
  if (atLeast(levelName, 'event administrator')) return ['events', 'importer', 'reports'];
  return ['events', 'reports'];
}

/** Whether a login works at any school. Such a login asks for its password: an emailed link alone does not open it. */
export function worksSomewhere({ grants }: Pick<User, 'grants'>): boolean {
  return grants.some(({ level }) => level !== 'customer');
}
