import type { Types } from 'mongoose';
import { Contact, contactName, isGuardian, recordIds } from '../models/contact.js';
import { documentsOf, findTogether, type Question } from '../models/find-together.js';
import { Household } from '../models/household.js';
import { User } from '../models/user.js';

/** Somebody for whom an appointment about a child can be booked. */
export interface AdultChoice {
  /** The key that `adultKey` reads. */
  key: string;
  name: string;
  /** Where their mails go; '' for nowhere. */
  email: string;
  phone: string;
  /** They book online. */
  hasLogin: boolean;
}

/** A child for whom no adult is known: the school keeps the appointment under the child's own name. */
const NOBODY: AdultChoice = {
  key: 'none',
  name: 'No adult is known',
  email: '',
  phone: '',
  hasLogin: false,
};

type Child = Pick<Contact, '_id' | 'record'>;
type Login = Pick<User, '_id' | 'name' | 'email' | 'emailProvenAt'>;
type Adult = Pick<
  Contact,
  '_id' | 'firstName' | 'lastName' | 'email' | 'phone' | 'relations' | 'tied' | 'sortKey'
>;

/** The most adults of a child. A broken roster must not make a page endless. */
const MOST = 1000;

/** Who stands behind some children, by the child's id: families that book online first, then whom the roster names. Two queries. */
export async function listAdults(
  account: Types.ObjectId,
  children: Child[],
): Promise<Map<string, AdultChoice[]>> {
  const ids = children.map(({ _id }) => _id);
  const { having, lost, adults } = await findTogether({
    having: documentsOf(Household, { account, 'children.student': { $in: ids }, ofSchool: { $ne: true } }),
    lost: documentsOf(
      Household,
      { account, 'removed.student': { $in: ids, $exists: true } },
      { fields: { adults: 1, removed: 1 } },
    ),
    adults: askRoster(account, children),
  });
  const emails = adults.flatMap(({ email }) => email.toLowerCase() || []);
  const logins = await User.find(
    {
      $or: [
        { _id: { $in: having.flatMap((one) => one.adults) } },
        { email: { $in: emails }, emailProvenAt: { $exists: true }, 'grants.account': account },
      ],
    },
    { name: 1, email: 1, emailProvenAt: 1 },
  ).lean<Login[]>();
  const loginOf = new Map(logins.map((login) => [String(login._id), login]));
  const byEmail = new Map(logins.filter((one) => one.emailProvenAt).map((one) => [one.email, one]));
  return new Map(
    children.map((child) => {
      const own = having.filter((one) => one.children.some(({ student }) => student.equals(child._id)));
      const gone = lost.filter((one) => one.removed?.some(({ student }) => student.equals(child._id)));
      const online = own.map((household) => choiceOf(household, loginOf, adults));
      const present = new Set(own.flatMap((one) => one.adults.map(String)));
      const away = new Set(gone.flatMap((one) => one.adults.map(String)));
      const named = adults
        .filter((adult) => tieOf(adult, child) !== undefined)
        .filter((adult) => {
          const login = byEmail.get(adult.email.toLowerCase());
          const is = (set: Set<string>) =>
            set.has(String(adult._id)) || (login && set.has(String(login._id)));
          return !is(present) && !is(away);
        })
        .sort((a, b) => Number(tieOf(b, child)) - Number(tieOf(a, child)) || (a.sortKey < b.sortKey ? -1 : 1))
        .map((adult) => ({
          key: `c${String(adult._id)}`,
          name: contactName(adult),
          email: adult.email,
          phone: adult.phone,
          hasLogin: byEmail.has(adult.email.toLowerCase()) && tieOf(adult, child) === true,
        }));
      const all = [...online.sort((a, b) => Number(b.hasLogin) - Number(a.hasLogin)), ...named];
      return [String(child._id), all.length > 0 ? all : [NOBODY]];
    }),
  );
}

/** Whom the roster, or the school by hand, ties to children. */
function askRoster(account: Types.ObjectId, children: Child[]): Question<Adult> {
  return documentsOf(
    Contact,
    {
      $or: [
        { account, 'relations.student': { $in: children.flatMap(recordIds) }, status: 'active' },
        { account, 'tied.student': { $in: children.map(({ _id }) => _id), $exists: true }, status: 'active' },
      ],
    },
    {
      fields: { firstName: 1, lastName: 1, email: 1, phone: 1, relations: 1, tied: 1, sortKey: 1 },
      limit: MOST,
    },
  );
}

/** Whether somebody is the child's guardian; undefined if nothing ties them. */
export function tieOf(adult: Pick<Contact, 'relations' | 'tied'>, child: Child): boolean | undefined {
  const ids = recordIds(child);
  const ties = [
    ...adult.relations.filter(({ student }) => ids.includes(student)).map(isGuardian),
    ...(adult.tied ?? [])
      .filter(({ student }) => student.equals(child._id))
      .map(({ relationship }) => isGuardian({ relationship, type: '' })),
  ];
  return ties.length === 0 ? undefined : ties.includes(true);
}

function choiceOf(household: Household, loginOf: Map<string, Login>, adults: Adult[]): AdultChoice {
  const { _id, keptFor } = household;
  const key = `h${String(_id)}`;
  if (keptFor) {
    const adult = adults.find((one) => one._id.equals(keptFor));
    const { email = '', phone = '' } = adult ?? {};
    return { key, name: adult ? contactName(adult) : NOBODY.name, email, phone, hasLogin: false };
  }
  const logins = household.adults.flatMap((id) => loginOf.get(String(id)) ?? []);
  const named = adults.filter(({ email }) => logins.some((login) => login.email === email.toLowerCase()));
  return {
    key,
    name: logins.map(({ name }) => name).join(', ') || 'A family without a login',
    email: logins
      .filter(({ emailProvenAt }) => emailProvenAt)
      .map(({ email }) => email)
      .join(', '),
    phone: named.find(({ phone }) => phone)?.phone ?? '',
    hasLogin: logins.length > 0,
  };
}
