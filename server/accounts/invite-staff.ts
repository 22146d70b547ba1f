import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { isBlocked, User, type AccessLevel } from '../models/user.js';
import type { Actor } from '../web/actor.js';
import { changeOffer, offerAccess } from './offer-access.js';
import { sendLink } from './send-link.js';
import type { Invitation } from './schema.js';

/**
 * Makes a login for this account for a new address, with a mailed link to choose a password. An address that has a login already, of
 * another school or as a parent here, keeps its name, password and sessions: it is offered the access, and has it once the person
 * has opened the mailed link and logged in.
 */
export async function inviteStaff(
  deps: Deps,
  actor: Actor,
  invitation: Invitation,
): Promise<{ ok: true } | { ok: false; reason: 'has access' | 'blocked' }> {
  const { account } = actor;
  const { email, name, level } = invitation;
  const found = await User.findOneAndUpdate(
    { email },
    { $setOnInsert: { name, grants: [], createdAt: deps.now() } },
    { upsert: true, returnDocument: 'after' },
  )
    .orFail()
    .lean();
  if (found.grants.some((grant) => grant.account.equals(account) && grant.level !== 'customer'))
    return { ok: false, reason: 'has access' };
  if (isBlocked(found, account)) return { ok: false, reason: 'blocked' };
  // Nobody's yet: no password was ever set, nothing proven, nothing granted anywhere.
  const nobodys = {
    passwordHash: { $exists: false },
    emailProvenAt: { $exists: false },
    grants: { $size: 0 },
  };
  const made = await User.findOneAndUpdate(
    { _id: found._id, ...nobodys },
    { $set: { name }, $push: { grants: { account, level } } },
    { returnDocument: 'after' },
  ).lean();
  if (made) await sendLink(deps, 'invitation', made);
  else await offerAccess(deps, actor, found, { name, level });
  await auditAccess(deps, actor, 'invite staff', found._id, level);
  return { ok: true };
}

/**
 * Changes what somebody may do in this account, or is offered to; `none` takes staff access away, a parent's stays.
 * @param was the level that the person who changes it has seen. @returns whether there was such an access, at that level
 */
export async function changeLevel(
  deps: Deps,
  actor: Actor,
  user: Types.ObjectId,
  level: AccessLevel | 'none',
  was?: AccessLevel,
): Promise<boolean> {
  const staffGrant = { account: actor.account, level: { $ne: 'customer' } };
  const seen = was === undefined ? staffGrant : { account: actor.account, level: was };
  const held = { _id: user, grants: { $elemMatch: seen } };
  const change = level === 'none' ? { $pull: { grants: staffGrant } } : { $set: { 'grants.$.level': level } };
  const result = await User.updateOne(held, change);
  if (result.matchedCount === 0 && !(await changeOffer(actor.account, user, level, was))) return false;
  await auditAccess(deps, actor, 'change access level', user, level);
  return true;
}

function auditAccess(
  deps: Deps,
  actor: Actor,
  action: string,
  target: Types.ObjectId,
  level: string,
): Promise<void> {
  return recordAudit({
    account: actor.account,
    user: actor.user,
    action,
    targets: [target],
    detail: { level },
    at: deps.now(),
  });
}
