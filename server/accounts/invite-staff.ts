import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { User, type AccessLevel } from '../models/user.js';
import type { Actor } from '../web/actor.js';
import { sendLink } from './send-link.js';
import type { Invitation } from './schema.js';

/**
 * Gives somebody a login for this account, or an existing login a grant in it, and mails an invitation where there is no password yet.
 * A login of a proven address keeps its name, password and other accounts. Whoever registered with an address without proving it may be a
 * stranger: that password and its sessions end here, and the mailed link decides.
 */
export async function inviteStaff(
  deps: Deps,
  actor: Actor,
  invitation: Invitation,
): Promise<{ ok: true } | { ok: false; reason: 'has access' }> {
  const now = deps.now();
  await User.updateOne(
    { email: invitation.email },
    { $setOnInsert: { name: invitation.name, grants: [], createdAt: now } },
    { upsert: true },
  );
  const without = {
    email: invitation.email,
    grants: { $not: { $elemMatch: { account: actor.account, level: { $ne: 'customer' as const } } } },
  };
  const grant = { $push: { grants: { account: actor.account, level: invitation.level } } };
  const afresh = { $set: { name: invitation.name, sessionsFrom: now }, $unset: { passwordHash: 1 } };
  const after = { returnDocument: 'after' } as const;
  const unproven = { ...without, emailProvenAt: { $exists: false } };
  const user =
    (await User.findOneAndUpdate(unproven, { ...grant, ...afresh }, after).lean()) ??
    (await User.findOneAndUpdate(without, grant, after).lean());
  if (!user) return { ok: false, reason: 'has access' };
  if (!user.passwordHash) await sendLink(deps, 'invitation', user);
  await auditAccess(deps, actor, 'invite staff', user._id, invitation.level);
  return { ok: true };
}

/** Changes what somebody may do in this account; `none` takes staff access away, a parent's stays. */
export async function changeLevel(
  deps: Deps,
  actor: Actor,
  user: Types.ObjectId,
  level: AccessLevel | 'none',
): Promise<boolean> {
  const staffGrant = { account: actor.account, level: { $ne: 'customer' } };
  const held = { _id: user, grants: { $elemMatch: staffGrant } };
  const change = level === 'none' ? { $pull: { grants: staffGrant } } : { $set: { 'grants.$.level': level } };
  const result = await User.updateOne(held, change);
  if (result.matchedCount === 0) return false;
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
