import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Contact, byRecordIds, isGuardian } from '../models/contact.js';
import type { Actor } from '../web/actor.js';
import { linkChild } from './add-child.js';
import type { Family } from './load-conference.js';

/**
 * The children whom the roster, or the school by hand, ties to a person's proven address as their parent or guardian, and whom the
 * household neither has nor lost by the school's decision. The contact may be of any kind, because a teacher may be a parent too.
 */
export async function findLinkedChildren(
  family: Pick<Family, 'account' | 'household' | 'actor' | 'inSight'>,
): Promise<Contact[]> {
  const { account, household, actor, inSight } = family;
  if (!mayTakeOver(actor)) return [];
  const people = await Contact.find(
    { account: account._id, email: actor.email, status: 'active' },
    { relations: 1, tied: 1 },
  ).lean();
  const sources = people.flatMap((person) => person.relations.filter(isGuardian)).map((tie) => tie.student);
  const byHand = people.flatMap(({ tied = [] }) =>
    tied.filter(({ relationship }) => isGuardian({ relationship, type: '' })).map(({ student }) => student),
  );
  const alive = { type: 'student' as const, status: 'active' as const };
  const [ofRoster, tied] = await Promise.all([
    sources.length > 0 ? Contact.find(byRecordIds(account._id, sources, alive)).lean() : [],
    byHand.length > 0 ? Contact.find({ account: account._id, _id: { $in: byHand }, ...alive }).lean() : [],
  ]);
  return [...new Map([...ofRoster, ...tied].map((student) => [student._id.toHexString(), student])).values()]
    .filter(({ _id }) => !household.children.some((child) => child.student.equals(_id)))
    .filter(({ _id }) => inSight?.has(_id.toHexString()) ?? true)
    .filter(({ _id }) => !household.removed?.some((child) => child.student.equals(_id)))
    .sort((a, b) => a.sortKey.localeCompare(b.sortKey));
}

function mayTakeOver(actor: Pick<Actor, 'email' | 'emailProven'>): boolean {
  return actor.emailProven && actor.email !== '';
}

/**
 * Adds the offered children that were selected.
 * @returns how many
 */
export async function takeLinkedChildren(
  deps: Deps,
  family: Family,
  chosen: Types.ObjectId[],
): Promise<number> {
  const offered = await findLinkedChildren(family);
  const ids = new Set(chosen.map((id) => id.toHexString()));
  let taken = 0;
  for (const student of offered)
    if (ids.has(student._id.toHexString()) && (await linkChild(deps, family, student, 'roster'))) taken += 1;
  return taken;
}
