import type { Types } from 'mongoose';
import { changeLevel, inviteStaff } from '../../accounts/invite-staff.js';
import type { Deps } from '../../deps.js';
import { contactName, type Contact } from '../../models/contact.js';
import { atLeast, User, type Reach } from '../../models/user.js';
import type { Actor } from '../../web/actor.js';
import type { BulkLevel } from './schema.js';

/** What will be done with each of some teachers and staff members. */
export interface LevelPlan {
  /** People with access, and the reach of the grant that changes. */
  change: { contact: Contact; user: Types.ObjectId; reach: Reach }[];
  invite: Contact[];
  /** People who stay as they are: they have that level, or have none that could be taken away. */
  same: Contact[];
  /** People without an email address: they cannot be invited. */
  noEmail: Contact[];
  /** Administrators, and the person who asks. */
  kept: Contact[];
}

type Login = Pick<User, '_id' | 'email' | 'grants'>;

/** Plans a level for each person. Somebody with a login gets it in the grant for the whole account, or in the one for being this person. */
export async function planLevels(
  { account, user: self }: Pick<Actor, 'account' | 'user'>,
  contacts: readonly Contact[],
  level: BulkLevel,
): Promise<LevelPlan> {
  const emails = contacts.flatMap(({ email }) => (email ? [email.toLowerCase()] : []));
  const [byEmail, byGrant] = await Promise.all([
    User.find({ email: { $in: emails } }, { email: 1, grants: 1 }).lean(),
    User.find(
      { 'grants.contact': { $in: contacts.map(({ _id }) => _id), $exists: true } },
      { email: 1, grants: 1 },
    ).lean(),
  ]);
  const ofEmail = new Map(byEmail.map((login) => [login.email, login]));
  const ofContact = new Map<string, Login>();
  for (const login of byGrant)
    for (const { contact } of login.grants) if (contact) ofContact.set(contact.toHexString(), login);
  const plan: LevelPlan = { change: [], invite: [], same: [], noEmail: [], kept: [] };
  for (const contact of contacts) {
    const login = ofContact.get(contact._id.toHexString()) ?? ofEmail.get(contact.email.toLowerCase());
    const staff = login?.grants.filter(
      (grant) => grant.account.equals(account) && grant.level !== 'customer',
    );
    const grant =
      staff?.find((one) => one.contact?.equals(contact._id) && !one.event) ??
      staff?.find((one) => !one.event && !one.contact);
    if (login?._id.equals(self) || staff?.some((one) => atLeast(one.level, 'administrator')))
      plan.kept.push(contact);
    else if (login && grant && grant.level !== level)
      plan.change.push({ contact, user: login._id, reach: grant.contact ? { contact: grant.contact } : {} });
    else if (grant || level === 'none') plan.same.push(contact);
    else if (contact.email) plan.invite.push(contact);
    else plan.noEmail.push(contact);
  }
  return plan;
}

export interface LevelsSet {
  changed: number;
  invited: number;
  /** The names of people with a blocked login, and of those whom somebody else changed meanwhile. */
  failed: string[];
}

/** Carries out the plan one person after another; each is audited and invited as if changed alone. A repetition does what is left. */
export async function setLevels(
  deps: Deps,
  actor: Actor,
  plan: LevelPlan,
  level: BulkLevel,
): Promise<LevelsSet> {
  const set: LevelsSet = { changed: 0, invited: 0, failed: [] };
  for (const { contact, user, reach } of plan.change)
    if (await changeLevel(deps, actor, user, reach, { level })) set.changed += 1;
    else set.failed.push(contactName(contact));
  for (const contact of plan.invite) {
    if (level === 'none') continue;
    const invited = await inviteStaff(deps, actor, {
      email: contact.email.toLowerCase(),
      name: contactName(contact),
      scope: 'contact',
      level,
      events: [],
      contact: contact._id,
    });
    if (invited.ok) set.invited += 1;
    else set.failed.push(contactName(contact));
  }
  return set;
}
