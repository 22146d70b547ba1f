import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { Account, type AccountClever, type CleverKinds } from '../../models/account.js';
import { Event } from '../../models/event.js';
import { School } from '../../models/school.js';
import { searchKey } from '../../models/search-key.js';
import type { Actor } from '../../web/actor.js';
import { dayAndTime } from '../../web/format-time.js';
import type { PageQuery } from './schema.js';
import { APPROVAL_WORDS, enableBlockers } from './policy.js';
import { sayFault } from '../explain-failure.js';

type Access = NonNullable<AccountClever['credentials']>['kind'];

export interface SchoolChoice {
  id: string;
  name: string;
  number: string;
}

/** What the setup page shows. It contains no secret, so no template can show one. */
export interface ConnectionPage {
  districtId: string;
  districtName: string;
  /** Which access is saved, and when, in words. */
  access: { kind: Access; savedAt: string } | undefined;
  /** When it was saved, to tell whether it has changed since; '' for none. */
  accessSeen: string;
  /** Whether this installation has a Clever application to offer. */
  applicationOffered: boolean;
  approval: AccountClever['approval'];
  approvalWord: string;
  checkedAt: string;
  fault: string;
  matched: { id: string; name: string; cleverId: string; cleverName: string }[];
  ours: SchoolChoice[];
  theirs: SchoolChoice[];
  /** Schools that the lists do not show; a search finds them. */
  moreOurs: number;
  moreTheirs: number;
  /** Clever's schools without a match, whatever is searched for. */
  unmatchedTheirs: number;
  kinds: CleverKinds | undefined;
  enabled: boolean;
  enabledAt: string;
  blockers: string[];
}

/** The lists stay short; the search finds the rest. */
const MOST_SHOWN = 100;

/** Everything that the setup page shows of an account. @param query its search narrows both lists of schools */
export async function connectionPage(deps: Deps, actor: Actor, query: PageQuery): Promise<ConnectionPage> {
  const { account } = actor;
  const clever = (await Account.findById(account, { clever: 1 }).lean())?.clever;
  const schools = await School.find({ account }).sort({ sortKey: 1 }).lean();
  const words = (at: Date | undefined): string => (at ? dayAndTime(at, actor) : '');

  const matchedIds = new Set(schools.map((school) => school.clever?.id));
  const wanted = searchKey(query.q);
  const found = ({ name, number }: { name: string; number?: string }): boolean =>
    searchKey(name, number).includes(wanted);
  const theirs = (clever?.schools ?? []).filter(({ id }) => !matchedIds.has(id)).sort(byName);
  const foundTheirs = selectedFirst(theirs, found, ({ id }) => id === query.cleverSchool);
  const ours = selectedFirst(
    schools.filter((school) => !school.clever),
    found,
    ({ _id }) => _id.toHexString() === query.school,
  );
  const matched = schools.flatMap(({ _id, name, clever: match }) =>
    match ? [{ id: _id.toHexString(), name, cleverId: match.id, cleverName: match.name }] : [],
  );

  return {
    districtId: clever?.districtId ?? '',
    districtName: clever?.districtName ?? '',
    access: clever?.credentials && { kind: clever.credentials.kind, savedAt: words(clever.credentialsAt) },
    accessSeen: clever?.credentialsAt?.toISOString() ?? '',
    applicationOffered: deps.config.clever.application !== undefined,
    approval: clever?.approval ?? 'unknown',
    approvalWord: APPROVAL_WORDS[clever?.approval ?? 'unknown'],
    checkedAt: words(clever?.checkedAt),
    fault: sayFault(clever?.fault),
    matched,
    ours: ours.slice(0, MOST_SHOWN).map((school) => choice(school._id.toHexString(), school)),
    theirs: foundTheirs.slice(0, MOST_SHOWN).map((school) => choice(school.id, school)),
    moreOurs: Math.max(0, ours.length - MOST_SHOWN),
    moreTheirs: Math.max(0, foundTheirs.length - MOST_SHOWN),
    unmatchedTheirs: theirs.length,
    kinds: clever?.kinds,
    enabled: clever?.enabled ?? false,
    enabledAt: words(clever?.enabledAt),
    blockers: enableBlockers(clever, matched.length),
  };
}

/** Whether Clever is on for the account. */
export async function isEnabled(account: Types.ObjectId): Promise<boolean> {
  return (await Account.exists({ _id: account, 'clever.enabled': true })) !== null;
}

/** How many events are kept in sync every night. */
export function countSynced(account: Types.ObjectId): Promise<number> {
  return Event.countDocuments({ account, status: 'active', 'sync.on': true });
}

/** The found items, after the selected one. */
function selectedFirst<T>(all: T[], isFound: (one: T) => boolean, isSelected: (one: T) => boolean): T[] {
  return [...all.filter(isSelected), ...all.filter((one) => !isSelected(one) && isFound(one))];
}

function choice(id: string, { name, number }: { name: string; number?: string }): SchoolChoice {
  return { id, name, number: number ?? '' };
}

function byName(a: { name: string }, b: { name: string }): number {
  return searchKey(a.name) < searchKey(b.name) ? -1 : 1;
}
