import type { Types } from 'mongoose';
import { CalendarFeed } from '../../models/calendar-feed.js';
import { offeredGrants, OneTimeLink } from '../../models/one-time-link.js';
import { Notification } from '../../models/notification.js';
import { ACCESS_LEVELS, atLeast, User } from '../../models/user.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import type { DeletionLevel } from './policy.js';

const BATCH = 500;

/**
 * Takes away the access to this account of parents and of staff below the level; their offers end too. A login that opens nothing else is
 * deleted. A blocked login stays, so that it stays blocked.
 * @param staying logins that are never touched
 */
export async function removeLogins(
  run: ActiveRun,
  level: DeletionLevel,
  staying: readonly Types.ObjectId[],
): Promise<void> {
  const { account } = run;
  const kept = new Set(staying.map((id) => id.toHexString()));
  await dropOffers(account, kept);
  let last = '';
  for (;;) {
    const found = await User.find({ 'grants.account': account, email: { $gt: last } }, { email: 1 })
      .sort({ email: 1 })
      .limit(BATCH)
      .lean();
    const going = found.filter(({ _id }) => !kept.has(_id.toHexString()));
    if (going.length > 0) await removeAccess(account, level, going);
    await run.step(going.length);
    last = found.at(-1)?.email ?? '';
    if (found.length < BATCH) return;
  }
}

async function removeAccess(
  account: Types.ObjectId,
  level: DeletionLevel,
  going: readonly { _id: Types.ObjectId; email: string }[],
): Promise<void> {
  const ids = going.map(({ _id }) => _id);
  await dropMails(
    account,
    going.map(({ email }) => email),
  );
  const above = ACCESS_LEVELS.filter((one) => atLeast(one, level));
  // This leaves out anybody who was given a higher level a moment ago.
  const isAbove = { account, level: { $in: above } };
  const offers = await OneTimeLink.find({ kind: 'offer', user: { $in: ids } }, { user: 1 }).lean();
  const offered = new Set(offers.map(({ user }) => user?.toHexString()));
  const opensNothingElse = {
    _id: { $in: ids.filter((id) => !offered.has(id.toHexString())) },
    grants: { $not: { $elemMatch: { $or: [{ account: { $ne: account } }, isAbove] } } },
    'blocks.0': { $exists: false },
  };
  const gone = (await User.find(opensNothingElse, { _id: 1 }).lean()).map(({ _id }) => _id);
  const kinds = { $in: ['prove e-mail', 'new password', 'invitation'] as const };
  await OneTimeLink.deleteMany({ kind: kinds, user: { $in: gone } });
  await OneTimeLink.deleteMany({ kind: 'log in', email: { $in: going.map(({ email }) => email) } });
  await CalendarFeed.deleteMany({ user: { $in: gone } });
  // This comes before access is taken away: a repetition finds the logins by their access.
  await User.deleteMany({ ...opensNothingElse, _id: { $in: gone } });
  await User.updateMany(
    { _id: { $in: ids }, grants: { $not: { $elemMatch: isAbove } } },
    { $pull: { grants: { account } } },
  );
}

/** Offers to people who stay are kept. */
async function dropOffers(account: Types.ObjectId, kept: ReadonlySet<string>): Promise<void> {
  const links = await OneTimeLink.find({ 'offer.account': account }, { user: 1, offer: 1 }).lean();
  const going = links.filter(
    ({ user, offer }) => offer && offeredGrants(offer).length > 0 && !kept.has(user?.toHexString() ?? ''),
  );
  await OneTimeLink.deleteMany({ _id: { $in: going.map(({ _id }) => _id) } });
}

/** Deletes unsent mails to people who go, except cancellations, which still reach them. */
export async function dropMails(account: Types.ObjectId, emails: readonly string[]): Promise<void> {
  const to = { $in: emails.filter((email) => email !== '') };
  await Notification.deleteMany({ account, state: 'queued', to, kind: { $ne: 'appointment cancelled' } });
}
