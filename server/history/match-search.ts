import type { QueryFilter } from 'mongoose';
import { ACTIONS } from '../audit/say-action.js';
import type { AuditEntry } from '../models/audit-entry.js';
import { Class } from '../models/class.js';
import { CONTACT_TYPES, Contact, LISTING_INDEX } from '../models/contact.js';
import { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { holdsWords, inKey, searchKey, searchWords } from '../models/search-key.js';
import { User } from '../models/user.js';
import type { AuditScope } from './schema.js';

/** If more match, the search is too general to be useful. */
const MOST = 100;
const MOST_STAFF = 1000;

/** How a search finds entries: by the action, by who did it, and by whom or what it was done to. Undefined if nothing matches. */
export async function matchSearch(scope: AuditScope, q: string): Promise<QueryFilter<AuditEntry>[]> {
  const words = searchWords(q).map(inKey);
  if (words.length === 0) return [];
  const isCalled = (text: string) => words.every((word) => word.test(searchKey(text)));
  const actions = Object.entries(ACTIONS)
    .filter(([, sentence]) => isCalled(sentence))
    .map(([code]) => code);
  const [users, targets] = await Promise.all([findUsers(scope, q, isCalled), findTargets(scope, q)]);
  return [
    ...(actions.length > 0 ? [{ action: { $in: actions } }] : []),
    ...(users.length > 0 ? [{ user: { $in: users } }] : []),
    ...(targets.length + users.length > 0 ? [{ targets: { $in: [...targets, ...users] } }] : []),
  ];
}

/** Staff by their names, which have no search key; anybody by the whole address. */
async function findUsers({ account }: AuditScope, q: string, isCalled: (text: string) => boolean) {
  const [staff, others] = await Promise.all([
    User.find(
      { 'grants.account': account, grants: { $elemMatch: { account, level: { $ne: 'customer' } } } },
      { name: 1, email: 1 },
    )
      .limit(MOST_STAFF)
      .lean(),
    User.find({ email: q.trim().toLowerCase(), 'grants.account': account }, { _id: 1 }).lean(),
  ]);
  const called = staff.filter(({ name }) => isCalled(name));
  return [...called, ...others].map(({ _id }) => _id);
}

async function findTargets({ account, event }: AuditScope, q: string) {
  const [people, things] = await Promise.all([
    Contact.find(
      {
        account,
        type: { $in: [...CONTACT_TYPES] },
        status: { $in: ['active', 'transferred'] },
        ...holdsWords('searchKey', q),
      },
      { _id: 1 },
    )
      .hint(LISTING_INDEX)
      .limit(MOST)
      .lean(),
    event
      ? findInEvent({ account, event }, q)
      : Event.find(
          { account, status: { $in: ['active', 'archived'] }, ...holdsWords('sortKey', q) },
          { _id: 1 },
        )
          .limit(MOST)
          .lean(),
  ]);
  return [...people, ...things].map(({ _id }) => _id);
}

async function findInEvent(scope: Required<Pick<AuditScope, 'account' | 'event'>>, q: string) {
  const [classes, resources] = await Promise.all([
    Class.find(
      { ...scope, status: { $in: ['active', 'deleted', 'gone'] }, ...holdsWords('searchKey', q) },
      { _id: 1 },
    )
      .limit(MOST)
      .lean(),
    Resource.find({ ...scope, ...holdsWords('searchKey', q) }, { _id: 1 })
      .limit(MOST)
      .lean(),
  ]);
  return [...classes, ...resources];
}
