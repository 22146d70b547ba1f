import { recordAudit } from '../audit/record-audit.js';
import { isShutOut } from '../accounts/load-actor.js';
import { endHolds } from '../booking/end-holds.js';
import type { Deps } from '../deps.js';
import { HouseholdChange } from '../models/household-change.js';
import { OneTimeLink } from '../models/one-time-link.js';
import { User } from '../models/user.js';
import type { Actor } from '../web/actor.js';
import { cancelComing } from './end-appointments.js';
import { tellBlocked, tellUnblocked } from './tell-adult.js';
import type { Adult } from './queries.js';
import type { Outcome } from './schema.js';

/**
 * Blocks a parent's login from this account: its sessions end at once, mailed links stop working, and it opens nothing unless another
 * school has it too. Invitations to other adults are withdrawn. Holds end; appointments stay or are canceled, as requested.
 */
export async function blockLogin(
  deps: Deps,
  actor: Actor,
  { user, household, isStaff, part }: Adult,
  { outcome, tell }: { outcome: Outcome; tell: boolean },
): Promise<{ ok: true; canceled: number } | { ok: false; reason: 'works here' }> {
  if (isStaff) return { ok: false, reason: 'works here' };
  const now = deps.now();
  const { account } = actor;
  const blocked = await User.findOneAndUpdate(
    {
      _id: user._id,
      'blocks.account': { $ne: account },
      grants: { $not: { $elemMatch: { account, level: { $ne: 'customer' } } } },
    },
    { $push: { blocks: { account, at: now, by: actor.user } }, $set: { sessionsFrom: now } },
    { returnDocument: 'after' },
  ).lean();
  await OneTimeLink.deleteMany({ user: user._id, kind: 'offer', 'offer.account': account });
  await HouseholdChange.updateMany(
    { account, kind: 'join', state: 'open', by: user._id },
    { $set: { state: 'withdrawn' } },
  );
  const kinds = { $in: ['prove e-mail', 'new password', 'invitation'] as const };
  if (isShutOut(blocked ?? user)) await OneTimeLink.deleteMany({ user: user._id, kind: kinds });
  const which = household && { _id: household._id, event: part?.event };
  // Who books together with them goes on booking.
  const isShared = household && household.adults.length > 1;
  if (which) await endHolds(deps, { ...which, ...(isShared ? { bookedBy: user._id } : {}) });
  const canceled = which && outcome === 'cancel' ? await cancelComing(deps, actor, which) : 0;
  if (!blocked) return { ok: true, canceled };
  await recordAudit({
    account,
    ...(part ? { event: part.event } : {}),
    user: actor.user,
    action: 'block login',
    targets: [user._id],
    detail: { appointments: outcome, canceled },
    at: now,
  });
  if (tell) await tellBlocked(deps, actor, user, now);
  return { ok: true, canceled };
}

/**
 * Unblocks a login.
 * @returns false if it was not blocked
 */
export async function unblockLogin(
  deps: Deps,
  actor: Actor,
  { user, part }: Pick<Adult, 'user' | 'part'>,
  { tell }: { tell: boolean },
): Promise<boolean> {
  const { account } = actor;
  const done = await User.updateOne(
    { _id: user._id, 'blocks.account': account },
    { $pull: { blocks: { account } } },
  );
  if (done.modifiedCount === 0) return false;
  const at = deps.now();
  await recordAudit({
    account,
    ...(part ? { event: part.event } : {}),
    user: actor.user,
    action: 'unblock login',
    targets: [user._id],
    at,
  });
  if (tell) await tellUnblocked(deps, actor, user, at);
  return true;
}
