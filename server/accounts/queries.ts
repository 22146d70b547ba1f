import { Types } from 'mongoose';
import { Account } from '../models/account.js';
import { Contact, contactName, type ContactType } from '../models/contact.js';
import { Event } from '../models/event.js';
import { offeredGrants, OneTimeLink } from '../models/one-time-link.js';
import { School } from '../models/school.js';
import { beginsInKey, inKey, searchKey, searchWords } from '../models/search-key.js';
import { User, type AccessLevel, type Grant } from '../models/user.js';
import { accountsOf } from './load-actor.js';
import { MOST_EVENTS } from './schema.js';
import { nameReaches, reachKey } from './show-reach.js';

export function findUserByEmail(email: string): Promise<User | null> {
  return User.findOne({ email }).lean();
}

/** The accounts a login may work in, by name. */
export async function accountChoices(
  user: Pick<User, 'grants' | 'blocks'>,
): Promise<{ id: string; name: string }[]> {
  const accounts = await Account.find({ _id: { $in: accountsOf(user) } }, { name: 1 }).lean();
  return accounts
    .map((account) => ({ id: account._id.toHexString(), name: account.name }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** One access of a login, with its key in forms. */
export interface Access {
  key: string;
  level: AccessLevel;
  /** What it is for, in words. */
  where: string;
  /** It is offered and not accepted yet. */
  offered: boolean;
}

export interface LoginRow {
  id: string;
  name: string;
  email: string;
  access: Access[];
  /** The invitation is still open: they have never set a password, or have accepted nothing yet. */
  /** It was offered by a version before 0.8, whose links no longer open: it must be sent again. */
  isOutdated?: true;
  invited: boolean;
}

type Held = Omit<LoginRow, 'access'> & { grants: (Grant & { offered: boolean })[] };

/** Staff who log in to one account, and those who have an offer, by email. */
export async function staffLogins(account: Types.ObjectId, now: Date): Promise<LoginRow[]> {
  const users = await User.find({
    grants: { $elemMatch: { account, level: { $ne: 'customer' } } },
    'grants.account': account,
  })
    .sort({ email: 1 })
    .lean();
  const rows = new Map<string, Held>();
  for (const user of users)
    rows.set(user._id.toHexString(), {
      id: user._id.toHexString(),
      name: user.name,
      email: user.email,
      invited: user.passwordHash === undefined,
      grants: user.grants
        .filter((grant) => grant.account.equals(account) && grant.level !== 'customer')
        .map((grant) => ({ ...grant, offered: false })),
    });
  for (const row of await offered(account, now)) {
    const known = rows.get(row.id);
    if (known) known.grants.push(...row.grants);
    else rows.set(row.id, row);
  }
  const all = [...rows.values()];
  const whereOf = await nameReaches(
    account,
    all.flatMap(({ grants }) => grants),
  );
  return all
    .map(({ grants, ...row }) => ({
      ...row,
      access: grants.map((grant) => ({
        key: reachKey(grant),
        level: grant.level,
        where: whereOf(grant),
        offered: grant.offered,
      })),
    }))
    .sort((a, b) => (a.email < b.email ? -1 : 1));
}

/** The staff accounts that a list's filters find. */
export function filterLogins(
  logins: LoginRow[],
  { q, state }: { q: string; state: 'active' | 'invited' | '' },
): LoginRow[] {
  const words = searchWords(q).slice(0, 6).map(inKey);
  return logins.filter((login) => {
    const key = searchKey(login.name, login.email);
    const isWaiting = login.invited || login.access.some(({ offered: isOffered }) => isOffered);
    return words.every((word) => word.test(key)) && (state === '' || (state === 'invited') === isWaiting);
  });
}

/** The staff accounts that a form of the list is about: the selected ones, or all that its filters find. */
export async function chooseLogins(
  account: Types.ObjectId,
  form: { ids: Types.ObjectId[]; all: boolean; q: string; state: 'active' | 'invited' | '' },
  now: Date,
): Promise<LoginRow[]> {
  const logins = await staffLogins(account, now);
  if (form.all) return filterLogins(logins, form);
  const ids = new Set(form.ids.map(String));
  return logins.filter(({ id }) => ids.has(id));
}

/** The name that the account gave them. The login's own name stays private until they accept. */
async function offered(account: Types.ObjectId, now: Date): Promise<Held[]> {
  const links = await OneTimeLink.find({ 'offer.account': account, expiresAt: { $gt: now } }).lean();
  const users = await User.find(
    { _id: { $in: links.flatMap(({ user }) => user ?? []) } },
    { email: 1 },
  ).lean();
  return links.flatMap(({ user, offer, email }) => {
    const login = users.find(({ _id }) => user?.equals(_id));
    if (!login || !offer) return [];
    return [
      {
        id: login._id.toHexString(),
        name: offer.name,
        email: login.email,
        grants: offeredGrants(offer).map((grant) => ({ ...grant, offered: true })),
        invited: true,
        ...(email === undefined ? { isOutdated: true as const } : {}),
      },
    ];
  });
}

export interface Choice {
  value: string;
  label: string;
}

/** The account's events that are not archived, to choose from. */
export async function eventChoices(account: Types.ObjectId): Promise<Choice[]> {
  const events = await Event.find({ account, status: 'active' }, { name: 1 })
    .sort({ sortKey: 1 })
    .limit(MOST_EVENTS)
    .lean();
  return events.map(({ _id, name }) => ({ value: _id.toHexString(), label: name }));
}

const MOST_TEACHERS = 100;

/** Teachers and staff of the roster that a search finds, after the selected one. `more`: there are others. */
export async function teacherChoices(
  account: Types.ObjectId,
  { teacher, contact }: { teacher: string; contact: string },
): Promise<{ choices: Choice[]; more: boolean }> {
  const active = { account, type: { $in: ['teacher', 'staff'] as ContactType[] }, status: 'active' as const };
  const words = searchWords(teacher).slice(0, 6);
  const fields = { firstName: 1, lastName: 1, email: 1, schools: 1 } as const;
  const [selected, found] = await Promise.all([
    /^[0-9a-f]{24}$/.test(contact)
      ? Contact.find({ ...active, _id: new Types.ObjectId(contact) }, fields).lean()
      : [],
    Contact.find(
      {
        ...active,
        ...(words.length > 0 ? { $and: words.map((word) => ({ searchKey: beginsInKey(word) })) } : {}),
      },
      fields,
    )
      .sort({ sortKey: 1 })
      .limit(MOST_TEACHERS + 1)
      .lean(),
  ]);
  const schools = await School.find({ account }, { name: 1 }).lean();
  const nameOf = new Map(schools.map(({ _id, name }) => [_id.toHexString(), name]));
  const others = found.filter(({ _id }) => _id.toHexString() !== contact);
  return {
    choices: [...selected, ...others.slice(0, MOST_TEACHERS)].map((person) => ({
      value: person._id.toHexString(),
      label: [contactName(person), nameOf.get(person.schools[0]?.toHexString() ?? ''), person.email]
        .filter(Boolean)
        .join(', '),
    })),
    more: others.length > MOST_TEACHERS || teacher !== '',
  };
}
