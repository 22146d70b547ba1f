import { Types, type QueryFilter } from 'mongoose';
import { AuditEntry } from '../models/audit-entry.js';
import { Event } from '../models/event.js';
import { User } from '../models/user.js';
import { spanOfDay } from '../web/local-time.js';
import { matchSearch } from './match-search.js';
import type { AuditQuery, AuditScope, Cursor } from './schema.js';

type Filter = QueryFilter<AuditEntry>;

/**
 * The filters of a query, of which an entry must match one; each is answered by an index in order of time.
 * @returns none if the search finds nothing
 */
export async function filtersOf(scope: AuditScope, query: AuditQuery): Promise<Filter[]> {
  const event = scope.event ?? query.event;
  const base: Filter = {
    account: scope.account,
    ...(event ? { event } : {}),
    ...(query.what ? { action: query.what } : {}),
    ...(query.who === 'slotbell' ? { user: null } : query.who ? { user: new Types.ObjectId(query.who) } : {}),
    ...spanOf(query, scope.timeZone),
  };
  const found = query.q ? await matchSearch(scope, query.q) : [{}];
  // The search and the form's filters are combined, because both may be about the same field.
  return found.map((by) => (query.q ? { ...base, $and: [by] } : base));
}

function spanOf({ from, to }: AuditQuery, timeZone: string): Filter {
  if (from === '' && to === '') return {};
  return {
    at: {
      ...(from ? { $gte: spanOfDay(from, timeZone).start } : {}),
      ...(to ? { $lt: spanOfDay(to, timeZone).end } : {}),
    },
  };
}

/**
 * Some entries, newest first.
 * @param before only older ones
 */
export async function findEntries(filters: Filter[], size: number, before?: Cursor): Promise<AuditEntry[]> {
  if (filters.length === 0) return [];
  const parts = before ? filters.flatMap((filter) => olderThan(filter, before)) : filters;
  const [first = {}] = parts;
  return AuditEntry.find(parts.length === 1 ? first : { $or: parts })
    .sort({ at: -1, _id: -1 })
    .limit(size)
    .lean();
}

/** Entries of the same moment are ordered by their ids. */
function olderThan(filter: Filter, { at, id }: Cursor): Filter[] {
  const rest = filter.$and ?? [];
  return [
    { ...filter, $and: [...rest, { at: { $lt: at } }] },
    { ...filter, $and: [...rest, { at }, { _id: { $lt: id } }] },
  ];
}

const BATCH = 500;

/** All entries, the newest first, in parts. */
export async function* everyEntry(filters: Filter[]): AsyncGenerator<AuditEntry[]> {
  let before: Cursor | undefined;
  while (true) {
    const entries = await findEntries(filters, BATCH, before);
    yield entries;
    const last = entries.at(-1);
    if (!last || entries.length < BATCH) return;
    before = { at: last.at, id: last._id };
  }
}

const MOST_CHOICES = 500;

/** The people to choose from: the staff of the account; for one event's audit, those who did something in it. */
export async function staffChoices({
  account,
  event,
}: AuditScope): Promise<{ value: string; label: string }[]> {
  const staff = await User.find(
    { 'grants.account': account, grants: { $elemMatch: { account, level: { $ne: 'customer' } } } },
    { name: 1, email: 1 },
  )
    .sort({ email: 1 })
    .limit(MOST_CHOICES)
    .lean();
  const found = event
    ? await AuditEntry.distinct('user', { account, event, user: { $in: staff.map(({ _id }) => _id) } })
    : staff.map(({ _id }) => _id);
  const shown = new Set(found.map(String));
  return staff
    .filter(({ _id }) => shown.has(_id.toHexString()))
    .map(({ _id, name, email }) => ({ value: _id.toHexString(), label: name || email }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

/** The account's events, by name. */
export async function eventChoices(account: Types.ObjectId): Promise<{ value: string; label: string }[]> {
  const events = await Event.find({ account, status: { $in: ['active', 'archived'] } }, { name: 1 })
    .sort({ sortKey: 1 })
    .limit(MOST_CHOICES)
    .lean();
  return events.map(({ _id, name }) => ({ value: _id.toHexString(), label: name }));
}
