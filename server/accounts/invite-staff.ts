import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { AuditAction } from '../audit/say-action.js';
import type { Deps } from '../deps.js';
import type { AuditChange } from '../models/audit-entry.js';
import { Contact } from '../models/contact.js';
import { Event } from '../models/event.js';
import { OneTimeLink } from '../models/one-time-link.js';
import { isBlocked, ofReach, User, type AccessLevel, type Grant, type Reach } from '../models/user.js';
import type { Actor } from '../web/actor.js';
import { lockAccess } from './lock-access.js';
import { changeOffer, offerAccess, type Inviting } from './offer-access.js';
import { sendLink } from './send-link.js';
import { isSameReach } from './show-reach.js';
import type { Invitation } from './schema.js';

export type Invited =
  | { ok: true; now: boolean }
  | { ok: false; reason: 'has access' | 'blocked' | 'no such event' | 'no such teacher' };

/**
 * Invites an address to this account. A new address gets a login and a mailed link to choose a password. An address that already has a
 * login, at another school or as a parent here, keeps its name, password and sessions: the access is offered, and granted once the person
 * has opened the mailed link and logged in. Somebody who works here gets the additional access at once.
 * @param once names this invitation: a repetition, for example after a worker died, mails nothing
 * @returns `now`: whether they have it already
 */
export async function inviteStaff(
  deps: Deps,
  actor: Inviting,
  invitation: Invitation,
  once?: string,
): Promise<Invited> {
  const { account } = actor;
  const { email, name } = invitation;
  const unknown = await findUnknown(account, invitation);
  if (unknown) return { ok: false, reason: unknown };
  const grants = grantsOf(account, invitation);
  const found = await User.findOneAndUpdate(
    { email },
    { $setOnInsert: { name, grants: [], createdAt: deps.now() } },
    { upsert: true, returnDocument: 'after' },
  )
    .orFail()
    .lean();
  if (isBlocked(found, account)) return { ok: false, reason: 'blocked' };
  // The login belongs to nobody yet: no password was ever set, nothing is proven, and nothing is granted anywhere.
  const nobodys = {
    passwordHash: { $exists: false },
    emailProvenAt: { $exists: false },
    grants: { $size: 0 },
  };
  // The mail is queued before the access is given: if a worker dies in between, the login still belongs to nobody and the mail is there.
  if (once && isNobodys(found))
    await sendLink(deps, 'invitation', Object.assign({}, found, { name, grants }), { once });
  const made = await User.findOneAndUpdate(
    { _id: found._id, ...nobodys },
    { $set: { name }, $push: { grants: { $each: grants } } },
    { returnDocument: 'after' },
  ).lean();
  const own = made ? [] : await staffGrants(account, found._id);
  if (own.some((one) => grants.some((grant) => isSameReach(one, grant))))
    return { ok: false, reason: 'has access' };
  if (made) await sendLink(deps, 'invitation', made, once ? { once } : {});
  // This mail has a key of its own: if a worker died after the mail to a new login and a password was chosen since, the offer is still
  // mailed.
  else if (own.length === 0) await offerAccess(deps, actor, found, { name, grants }, once && offerOf(once));
  // Somebody else invited the same address at the same time and was first.
  else if (!(await addGrants(account, found._id, grants))) return { ok: false, reason: 'has access' };
  await auditAccess(deps, actor, 'invite staff', found._id, [
    { field: 'level', before: '', after: invitation.level },
  ]);
  return { ok: true, now: own.length > 0 };
}

/** The key of the mail that offers access, for an invitation that has one. */
export function offerOf(once: string): string {
  return `${once}:offer`;
}

function isNobodys({ passwordHash, emailProvenAt, grants }: User): boolean {
  return passwordHash === undefined && emailProvenAt === undefined && grants.length === 0;
}

/** What somebody may do now as staff of the account. */
async function staffGrants(account: Types.ObjectId, user: Types.ObjectId): Promise<Grant[]> {
  const found = await User.findById(user, { grants: 1 }).orFail().lean();
  return found.grants.filter((grant) => grant.account.equals(account) && grant.level !== 'customer');
}

/** Leaves out events and people of other accounts. */
async function findUnknown(
  account: Types.ObjectId,
  { events, contact }: Invitation,
): Promise<'no such event' | 'no such teacher' | undefined> {
  if (
    events.length > 0 &&
    (await Event.countDocuments({ account, _id: { $in: events }, status: { $ne: 'deleted' } })) <
      events.length
  )
    return 'no such event';
  if (!contact) return undefined;
  const teacher = { account, _id: contact, type: { $in: ['teacher', 'staff'] as const } };
  return (await Contact.exists({ ...teacher, status: 'active' })) ? undefined : 'no such teacher';
}

function grantsOf(account: Types.ObjectId, { scope, level, events, contact }: Invitation): Grant[] {
  if (scope === 'events') return events.map((event) => ({ account, level, event }));
  return [{ account, level, ...(scope === 'contact' && contact ? { contact } : {}) }];
}

/**
 * Grants more access to somebody who works here.
 * @returns false if they no longer do
 */
async function addGrants(account: Types.ObjectId, user: Types.ObjectId, grants: Grant[]): Promise<boolean> {
  const works = { $elemMatch: { account, level: { $ne: 'customer' as const } } };
  let isDone = false;
  for (const grant of grants) {
    const has = { $elemMatch: { account, level: { $ne: 'customer' as const }, ...ofReach(grant) } };
    const added = await User.updateOne(
      {
        _id: user,
        $and: [{ grants: works }, { grants: { $not: has } }],
        'blocks.account': { $ne: account },
      },
      { $push: { grants: grant } },
    );
    isDone ||= added.matchedCount > 0;
  }
  return isDone;
}

/**
 * Changes a level that somebody has in this account, or is offered. `none` takes this access away; a parent's access and access to other
 * events stay.
 * @throws HttpError 403 if the person who asks is no longer an administrator
 * @param was the level that the page showed
 * @returns whether there was such an access at that level
 */
export async function changeLevel(
  deps: Deps,
  actor: Actor,
  user: Types.ObjectId,
  reach: Reach,
  { level, was }: { level: AccessLevel | 'none'; was?: AccessLevel | undefined },
): Promise<boolean> {
  const { account } = actor;
  const staffGrant = { account, level: { $ne: 'customer' as const }, ...ofReach(reach) };
  const seen = was === undefined ? staffGrant : { ...staffGrant, level: was };
  const held = { _id: user, grants: { $elemMatch: seen } };
  const change = level === 'none' ? { $pull: { grants: seen } } : { $set: { 'grants.$.level': level } };
  const before = await lockAccess(actor, async () => {
    const changed = await User.findOneAndUpdate(held, change, { projection: { grants: 1 } }).lean();
    if (changed)
      return changed.grants.find((grant) => isStaffIn(grant, account) && isSameReach(grant, reach));
    return (await changeOffer(account, user, reach, { level, was })) ? { level: was } : undefined;
  });
  if (!before) return false;
  // The login opens nothing any more, so the link to choose a password ends too.
  if (level === 'none' && (await User.exists({ _id: user, grants: { $size: 0 } })))
    await OneTimeLink.deleteMany({ user, kind: 'invitation' });
  await auditAccess(deps, actor, 'change access level', user, [
    { field: 'level', before: before.level ?? '', after: level },
  ]);
  return true;
}

function isStaffIn(grant: Grant, account: Types.ObjectId): boolean {
  return grant.account.equals(account) && grant.level !== 'customer';
}

function auditAccess(
  deps: Deps,
  actor: Pick<Actor, 'account' | 'user'>,
  action: AuditAction,
  target: Types.ObjectId,
  changes: AuditChange[],
): Promise<void> {
  return recordAudit({
    account: actor.account,
    user: actor.user,
    action,
    targets: [target],
    changes,
    at: deps.now(),
  });
}
