import type { Types } from 'mongoose';
import { readStates, type RosterState } from '../accounts/read-states.js';
import { Contact, contactName, type ContactType } from '../models/contact.js';
import { School } from '../models/school.js';
import { searchWords } from '../models/search-key.js';
import { beginsInKey } from '../models/search-key.js';
import { StaffInvitation } from '../models/staff-invitation.js';
import { User } from '../models/user.js';
import { ROSTER_STATES, type RosterFilter } from './schema.js';

/** The most people that are listed; no district has as many teachers and staff. */
const MOST = 20_000;

export interface RosterRow {
  id: Types.ObjectId;
  name: string;
  type: ContactType;
  email: string;
  schools: string;
  state: RosterState;
}

export interface RosterList {
  /** Whether the roster has nobody, whatever the filters. */
  isEmpty: boolean;
  rows: RosterRow[];
  /** Counts within all filters but the counted one, for the chips. */
  ofType: Record<'teacher' | 'staff' | '', number>;
  ofState: Record<RosterState | '', number>;
  schools: { value: string; label: string }[];
}

/** Active teachers and staff of the roster, by name, with the state of their staff accounts. */
export async function listRoster(
  account: Types.ObjectId,
  { q, type, school, state }: RosterFilter,
  now: Date,
): Promise<RosterList> {
  const [people, schools, stateOf] = await Promise.all([
    Contact.find(
      { account, type: { $in: ['teacher', 'staff'] }, status: 'active' },
      { firstName: 1, lastName: 1, email: 1, type: 1, schools: 1, searchKey: 1 },
    )
      .sort({ sortKey: 1 })
      .limit(MOST)
      .lean(),
    School.find({ account }, { name: 1 }).sort({ sortKey: 1 }).lean(),
    readStates(account, now),
  ]);
  const nameOf = new Map(schools.map(({ _id, name }) => [_id.toHexString(), name]));
  const words = searchWords(q).slice(0, 6).map(beginsInKey);
  const found = people
    .filter((person) => words.every((word) => word.test(person.searchKey)))
    .filter((person) => !school || person.schools.some((id) => id.toHexString() === school))
    .map((person): RosterRow & { searchKey?: string } => ({
      id: person._id,
      name: contactName(person),
      type: person.type,
      email: person.email,
      schools: person.schools.flatMap((id) => nameOf.get(id.toHexString()) ?? []).join(', '),
      state: stateOf(person),
    }));
  const count = (of: RosterRow[]) => of.length;
  const ofKind = (row: RosterRow) => !type || row.type === type;
  const inState = (row: RosterRow) => !state || row.state === state;
  const [byType, byState] = [found.filter(inState), found.filter(ofKind)];
  return {
    isEmpty: people.length === 0,
    rows: found.filter((row) => ofKind(row) && inState(row)),
    ofType: {
      '': count(byType),
      teacher: count(byType.filter((row) => row.type === 'teacher')),
      staff: count(byType.filter((row) => row.type === 'staff')),
    },
    ofState: {
      '': count(byState),
      ...(Object.fromEntries(
        ROSTER_STATES.map((one) => [one, count(byState.filter((row) => row.state === one))]),
      ) as Record<RosterState, number>),
    },
    schools: schools.map(({ _id, name }) => ({ value: _id.toHexString(), label: name })),
  };
}

/** Addresses, in lower case, that several active teachers or staff share: none of these people can have a login by it alone. */
export async function readShared(account: Types.ObjectId): Promise<Set<string>> {
  const people = await Contact.find(
    { account, type: { $in: ['teacher', 'staff'] }, status: 'active', email: { $gt: '' } },
    { email: 1 },
  )
    .limit(MOST)
    .lean();
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { email } of people) {
    const address = email.trim().toLowerCase();
    if (seen.has(address)) shared.add(address);
    seen.add(address);
  }
  return shared;
}

export function findInvitation(account: Types.ObjectId, id: Types.ObjectId): Promise<StaffInvitation | null> {
  return StaffInvitation.findOne({ _id: id, account }).lean();
}

/** The people for whom the result was something else than an invitation, by name. */
export async function nameOutcomes(
  invitation: StaffInvitation,
): Promise<{ name: string; what: StaffInvitation['outcomes'][number]['what'] }[]> {
  const others = invitation.outcomes.filter(({ what }) => what !== 'invited');
  const ids = others.map(({ person }) => person);
  const people =
    invitation.kind === 'invite'
      ? (
          await Contact.find(
            { account: invitation.account, _id: { $in: ids } },
            { firstName: 1, lastName: 1, email: 1 },
          ).lean()
        ).map((contact) => [contact._id.toHexString(), contactName(contact)] as const)
      : (await User.find({ _id: { $in: ids } }, { email: 1 }).lean()).map(
          ({ _id, email }) => [_id.toHexString(), email] as const,
        );
  const nameOf = new Map(people);
  return others.map(({ person, what }) => ({
    name: nameOf.get(person.toHexString()) ?? 'Somebody who is gone',
    what,
  }));
}
