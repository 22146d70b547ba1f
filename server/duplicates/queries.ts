import type { QueryFilter, Types } from 'mongoose';
import { Account } from '../models/account.js';
import { identifierNamesOf, type Identifier } from '../models/field-mapping.js';
import { CONTACT_TYPES, contactName, type ContactType } from '../models/contact.js';
import { personKeys } from '../models/person-keys.js';
import {
  Duplicate,
  DUPLICATE_STATES,
  type AlikeReason,
  type DuplicateState,
  type Identity,
  type Newcomer,
} from '../models/duplicate.js';
import { holdsWords } from '../models/search-key.js';
import { User } from '../models/user.js';
import { sliceOf } from '../web/paging.js';
import { isCutOff } from '../runs/engine/find-at-work.js';
import { readSides, type Side } from './read-sides.js';
import type { PairsQuery } from './schema.js';

export const PAGE_SIZE = 20;

export interface PairRow {
  id: string;
  reason: AlikeReason;
  /** Whether one id or number seems to belong to two people. */
  recycled?: 'id' | 'number';
  /** Whether the newer one is no contact until somebody decides. */
  newcomer: boolean;
  /** Whether the older one is also listed under an id of their own, and stays whatever is decided. */
  isFurther: boolean;
  /** The decision about them, if it was cut off before it was carried out. */
  deciding?: Identity;
  /** Whether somebody is deciding right now. */
  atWork: boolean;
  state: DuplicateState;
  createdAt: Date;
  decidedAt?: Date;
  /** The name of the login that decided. */
  decidedBy: string;
  /** Whether a merge has begun and is not finished. */
  unfinished: boolean;
  contacts: [Types.ObjectId, Types.ObjectId];
  /** The newer contact, then the older; undefined if it no longer exists. */
  sides: [Side | undefined, Side | undefined];
}

export interface PairsPage {
  rows: PairRow[];
  total: number;
  ofState: Record<DuplicateState, number>;
  ofType: Record<ContactType | '', number>;
  /** Merges that were cut off and wait to be finished. */
  unfinished: { id: string; keep: string }[];
}

/** One page of the pairs, newest first; counts by state and by type, within the search and the other filter. */
export async function listPairs(account: Types.ObjectId, query: PairsQuery, now: Date): Promise<PairsPage> {
  const search = holdsWords('searchKey', query.q) as QueryFilter<Duplicate>;
  const [counts, unfinished] = await Promise.all([countPairs(account, search), unfinishedOf(account, now)]);
  const sum = (state: DuplicateState, type: ContactType | '') =>
    counts
      .filter((count) => count.state === state && (!type || count.type === type))
      .reduce((total, { count }) => total + count, 0);
  const total = sum(query.state, query.type);
  const pairs = await Duplicate.find({
    account,
    state: query.state,
    type: query.type || { $in: CONTACT_TYPES },
    ...search,
  })
    .sort({ createdAt: -1, _id: -1 })
    .skip(sliceOf(total, query.page, PAGE_SIZE).skip)
    .limit(PAGE_SIZE)
    .lean();
  return {
    rows: await rowsOf(account, pairs, now),
    total,
    ofState: keyed(DUPLICATE_STATES, (state) => sum(state, query.type)),
    ofType: keyed(['', ...CONTACT_TYPES], (type) => sum(query.state, type)),
    unfinished,
  };
}

/** One pair of the account with both sides; null if there is none. */
export async function findPair(
  account: Types.ObjectId,
  id: Types.ObjectId,
  now: Date,
): Promise<PairRow | null> {
  const pair = await Duplicate.findOne({ _id: id, account }).lean();
  if (!pair) return null;
  const [row] = await rowsOf(account, [pair], now);
  return row ?? null;
}

/** Of some pairs, those of newcomers that nobody has decided. */
export async function newcomersAmong(
  account: Types.ObjectId,
  pairs: readonly Types.ObjectId[],
): Promise<Types.ObjectId[]> {
  const open = { account, _id: { $in: [...pairs] }, state: 'open' as const };
  const found = await Duplicate.find({ ...open, newcomer: { $exists: true } }, { _id: 1 }).lean();
  return found.map(({ _id }) => _id);
}

/** What the account calls its identifiers. */
export async function namesOf(account: Types.ObjectId): Promise<Record<Identifier, string>> {
  return identifierNamesOf(await Account.findById(account, { identifierNames: 1 }).orFail().lean());
}

async function rowsOf(account: Types.ObjectId, pairs: Duplicate[], now: Date): Promise<PairRow[]> {
  const ids = pairs.flatMap(({ contact, candidate }) => [contact, candidate]);
  const deciders = pairs.flatMap(({ decidedBy }) => decidedBy ?? []);
  const [sides, users] = await Promise.all([
    ids.length > 0 ? readSides(account, ids) : new Map<string, Side>(),
    deciders.length > 0 ? User.find({ _id: { $in: deciders } }, { name: 1 }).lean() : [],
  ]);
  const names = new Map(users.map(({ _id, name }) => [_id.toHexString(), name]));
  return pairs.map((pair) => ({
    id: pair._id.toHexString(),
    reason: pair.reason,
    ...(pair.recycled ? { recycled: pair.recycled } : {}),
    newcomer: pair.newcomer !== undefined,
    isFurther: pair.newcomer?.isFurther === true,
    ...(pair.deciding && isCutOff(pair.deciding, now) ? { deciding: pair.deciding.as } : {}),
    atWork: pair.deciding !== undefined && !isCutOff(pair.deciding, now),
    state: pair.state,
    createdAt: pair.createdAt,
    ...(pair.decidedAt ? { decidedAt: pair.decidedAt } : {}),
    decidedBy: names.get(pair.decidedBy?.toHexString() ?? '') ?? '',
    unfinished: pair.unfinished === true,
    contacts: [pair.contact, pair.candidate],
    sides: [
      pair.newcomer ? sideOf(pair, pair.newcomer) : sides.get(pair.contact.toHexString()),
      sides.get(pair.candidate.toHexString()),
    ],
  }));
}

/** A newcomer beside the contact whose id they have; nothing depends on the newcomer yet. */
function sideOf({ account, contact }: Duplicate, { id, hash, fields, source }: Newcomer): Side {
  const person = { identifiers: {}, ...fields, ...personKeys(fields) };
  return {
    id: contact.toHexString(),
    name: contactName(fields),
    contact: { _id: contact, account, source, status: 'active', record: { id, hash }, ...person },
    family: 0,
    classes: 0,
    appointments: 0,
    logins: 0,
  };
}

/** Merges that were cut off and may be taken up; one that is at work is not among them. */
async function unfinishedOf(account: Types.ObjectId, now: Date): Promise<PairsPage['unfinished']> {
  const found = await Duplicate.find({ account, unfinished: true }, { merge: 1 }).limit(20).lean();
  return found.flatMap(({ _id, merge }) =>
    merge && isCutOff(merge, now) ? [{ id: _id.toHexString(), keep: merge.keep.toHexString() }] : [],
  );
}

interface Count {
  state: DuplicateState;
  type: ContactType;
  count: number;
}

function countPairs(account: Types.ObjectId, search: QueryFilter<Duplicate>): Promise<Count[]> {
  return Duplicate.aggregate<Count>([
    { $match: { account, state: { $in: DUPLICATE_STATES }, type: { $in: CONTACT_TYPES }, ...search } },
    { $group: { _id: { state: '$state', type: '$type' }, count: { $sum: 1 } } },
    { $project: { _id: 0, state: '$_id.state', type: '$_id.type', count: 1 } },
  ]);
}

function keyed<K extends string>(keys: readonly K[], value: (key: K) => number): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, number>;
}
