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
 * Makes a login for this account for a new address, with a mailed link to choose a password. An address that has a login already, of
 * another school or as a parent here, keeps its name, password and sessions: it is offered the access, and has it once the person
 * has opened the mailed link and logged in. Who works here already has more access at once.
 * @param once names this invitation: asked for again, as after a worker died, it mails once
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
  // Nobody's yet: no password was ever set, nothing proven, nothing granted anywhere.
  const nobodys = {
    passwordHash: { $exists: false },
    emailProvenAt: { $exists: false },
    grants: { $size: 0 },
  };
  // Mailed before it has the access: a worker that dies in between finds it still nobody's, and the mail queued.
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
  // Under a name of its own: where a worker died after the mail of a new login, and a password was chosen since, it is offered all the same.
  else if (own.length === 0) await offerAccess(deps, actor, found, { name, grants }, once && offerOf(once));
  // Two at once: the other one was quicker.
  else if (!(await addGrants(account, found._id, grants))) return { ok: false, reason: 'has access' };
  await auditAccess(deps, actor, 'invite staff', found._id, [
    { field: 'level', before: '', after: invitation.level },
  ]);
  return { ok: true, now: own.length > 0 };
}

/** The name of the mail that offers access, where an invitation has one. */
export function offerOf(once: string): string {
  return `${once}:offer`;
}

function isNobodys({ passwordHash, emailProvenAt, grants }: User): boolean {
  return passwordHash === undefined && emailProvenAt === undefined && grants.length === 0;
}

/** What somebody may do as staff of the account, as it is now. */
async function staffGrants(account: Types.ObjectId, user: Types.ObjectId): Promise<Grant[]> {
  const found = await User.findById(user, { grants: 1 }).orFail().lean();
  return found.grants.filter((grant) => grant.account.equals(account) && grant.level !== 'customer');
}

/** Events and people of another account are as good as none. */
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

/** More access for somebody who works here. @returns false where they do not any more */
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
 * Changes what somebody may do in this account, or is offered to; `none` takes this access away, a parent's and what reaches elsewhere stays.
 * @throws HttpError 403 where whoever asks is no administrator any more
 * @param was the level that the person who changes it has seen. @returns whether there was such an access, at that level
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
  // Nothing is left to log in for: the link to choose a password ends, too.
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
