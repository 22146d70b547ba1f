import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Contact } from '../models/contact.js';
import { Duplicate, pairKey, type Merge } from '../models/duplicate.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import type { Actor } from '../web/actor.js';
import { dropMirrorMark } from '../sources/download/cursor.js';
import { eventIds, findClash, type Clash } from './find-clash.js';
import { ClaimedMerge, findAgainst, MergeLost } from './claim-merge.js';
import { isCutOff } from '../runs/engine/find-at-work.js';
import { moveAppointments, moveChildren, type Move } from './move-bookings.js';
import { moveClasses } from './move-classes.js';
import { fillBlanks, moveHandTies, moveLogins, movePairs, moveRecord, planRecord } from './move-identity.js';
import { moveWaiting } from './move-waiting.js';
import { renameWishes } from './rename-wishes.js';
import { copyDiaries, endDiaries, moveResources } from './move-resources.js';

/**
 * Hands to the school what households have booked about a child that the school took away from them, and ends their holds. May be repeated.
 * @returns how many appointments
 */
export type KeepOfLost = (actor: Pick<Actor, 'account' | 'user'>, student: Types.ObjectId) => Promise<number>;

export type Merged =
  | { ok: true }
  | {
      ok: false;
      reason:
        | 'not here'
        | 'other type'
        | 'decided already'
        | 'another merge'
        | 'sync is running'
        | 'being deleted'
        | 'in doubt';
    }
  | ({ ok: false } & Clash);

/**
 * Merges two contacts that are listed as a possible duplicate: everything of `drop` moves to `keep`, and `drop` is deleted last. It cannot
 * be undone. The listed pair is claimed first, then both contacts, so that of two people one succeeds; a merge that was cut off is finished
 * by requesting it again.
 * @returns the refusal: a pair that is not listed in this account is 'not here'; `at` is the time of a conflict
 */
export async function mergeContacts(
  deps: Pick<Deps, 'now'>,
  actor: Pick<Actor, 'account' | 'user'>,
  keep: Types.ObjectId,
  drop: Types.ObjectId,
  keepOfLost: KeepOfLost,
): Promise<Merged> {
  const { account } = actor;
  const move: Move = { account, keep, drop };
  const listed = await Duplicate.findOne({ account, pair: pairKey(keep, drop) }).lean();
  const contacts = await Contact.find({ account, _id: { $in: [keep, drop] } }).lean();
  const stays = contacts.find(({ _id }) => _id.equals(keep));
  const goes = contacts.find(({ _id }) => _id.equals(drop));
  if (!listed) return { ok: false, reason: 'not here' };
  if (!mayClaim(listed, move, deps.now())) return { ok: false, reason: 'decided already' };
  if (!stays || (listed.state === 'open' && !goes)) return { ok: false, reason: 'not here' };
  if (await isInDoubt(account, [keep, drop])) return { ok: false, reason: 'in doubt' };
  if (goes && goes.type !== stays.type) return { ok: false, reason: 'other type' };
  const clash = goes && (await findClash(account, keep, drop));
  if (clash) return { ok: false, ...clash };

  const pair = await claimPair(deps, actor, listed, move);
  if (!pair?.merge) return { ok: false, reason: 'decided already' };
  const cutOffAt = listed.state === 'open' ? undefined : listed.merge?.at;
  const claimed = new ClaimedMerge(deps, pair._id, pair.merge);
  // Checked after the merge is announced: a sync that begins now waits for it, and one that has begun is found here.
  const against = await findAgainst(account);
  if (against) {
    await claimed.giveUp(cutOffAt);
    return { ok: false, reason: against };
  }
  try {
    return await merge(deps, actor, move, claimed, { cutOffAt, keepOfLost });
  } catch (error) {
    if (error instanceof MergeLost) return { ok: false, reason: 'another merge' };
    throw error;
  }
}

/** Called while no sync is at work and none begins. */
async function merge(
  deps: Pick<Deps, 'now'>,
  actor: Pick<Actor, 'account' | 'user'>,
  move: Move,
  claimed: ClaimedMerge,
  { cutOffAt, keepOfLost }: { cutOffAt: Date | undefined; keepOfLost: KeepOfLost },
): Promise<Merged> {
  const { account, keep, drop } = move;
  const { pair } = claimed;
  await dropMirrorMark(account);
  // A sync may have changed them since the first look.
  const contacts = await Contact.find({ account, _id: { $in: [keep, drop] } }).lean();
  const stays = contacts.find(({ _id }) => _id.equals(keep));
  const goes = contacts.find(({ _id }) => _id.equals(drop));
  const refused = !stays || (!cutOffAt && !goes) ? 'not here' : goes && goes.type !== stays.type;
  if (refused || !stays) {
    await claimed.giveUp(cutOffAt);
    return { ok: false, reason: refused === 'not here' || !stays ? 'not here' : 'other type' };
  }
  if (await isInDoubt(account, [keep, drop])) {
    await claimed.giveUp(cutOffAt);
    return { ok: false, reason: 'in doubt' };
  }
  if (goes) {
    if (!(await claimed.lockBoth(move))) {
      await claimed.giveUp(cutOffAt);
      return { ok: false, reason: 'another merge' };
    }
    const { record } = await claimed.live();
    const planned = await claimed.live(record ? {} : recordOf(stays, goes));
    const moved = await moveAll(move, planned, claimed);
    if (!moved.ok) return moved;
    await claimed.live();
    // Families who lost one of the two have neither now: what they booked about the other is the school's.
    const kept = await keepOfLost(actor, keep);
    await claimed.live();
    await leaveEntry(deps, actor, pair, move, { ...moved.counts, ...(kept > 0 ? { kept } : {}) });
    await Contact.deleteOne({ _id: drop, account });
  }
  await Contact.updateOne({ _id: keep, merging: pair }, { $unset: { merging: 1 } });
  await Duplicate.updateOne({ _id: pair }, { $unset: { unfinished: 1 } });
  return { ok: true };
}

/** An open pair, or one whose merge in the same direction was cut off. */
function mayClaim({ state, unfinished, merge }: Duplicate, { keep, drop }: Move, now: Date): boolean {
  if (state === 'open') return true;
  if (!unfinished || !merge?.keep.equals(keep) || !merge.drop.equals(drop)) return false;
  return isCutOff(merge, now);
}

function recordOf(stays: Contact, goes: Contact): Pick<Merge, 'record'> {
  const record = planRecord(stays, goes);
  return record ? { record } : {};
}

/** Whether somebody else came with the id of one of them: that must be decided first. */
async function isInDoubt(account: Types.ObjectId, contacts: Types.ObjectId[]): Promise<boolean> {
  const pair = { account, candidate: { $in: contacts }, state: 'open' as const };
  return (await Duplicate.exists({ ...pair, newcomer: { $exists: true } })) !== null;
}

/** Claims the pair for this merge; null if somebody was faster. */
function claimPair(
  { now }: Pick<Deps, 'now'>,
  { user }: Pick<Actor, 'user'>,
  { _id, state, merge }: Duplicate,
  { keep, drop }: Move,
): Promise<Duplicate | null> {
  const at = now();
  const begun = {
    state: 'merged',
    unfinished: true,
    merge: { keep, drop, at },
    decidedAt: at,
    decidedBy: user,
  };
  return Duplicate.findOneAndUpdate(
    state === 'open' ? { _id, state } : { _id, unfinished: true, 'merge.at': merge?.at },
    // A merge that was cut off continues by its first plan, as what the plan was made from may have moved already.
    { $set: state === 'open' ? begun : { 'merge.at': at } },
    { returnDocument: 'after' },
  ).lean();
}

type Moved = { ok: true; counts: Record<string, number> } | ({ ok: false } & Clash);

/** Moves everything, in an order in which it may be cut off anywhere and repeated from the start with the same result. */
async function moveAll(move: Move, { record, at }: Merge, claimed: ClaimedMerge): Promise<Moved> {
  await fillBlanks(move, record);
  await moveRecord(move, record);
  await claimed.live();
  await moveHandTies(move);
  const logins = await moveLogins(move);
  await moveWaiting(move);
  await renameWishes(await eventIds(move.account), 'student', move.drop, move.keep);
  const children = await moveChildren(move);
  await claimed.live();
  const classes = await moveClasses(move);
  await claimed.live();
  await copyDiaries(move);
  const resources = await moveResources(move).catch((error: unknown) => {
    if (isDuplicateKey(error)) return undefined;
    throw error;
  });
  // A slot was added since the conflicts were checked. What has moved stays moved; once the conflict is fixed, the merge is finished.
  if (resources === undefined) return { ok: false, reason: 'slots overlap', at };
  await claimed.live();
  const appointments = await moveAppointments(move);
  await claimed.live();
  await endDiaries(move);
  await movePairs(move, claimed.pair);
  return { ok: true, counts: { logins, children, classes, resources, appointments } };
}

/** One entry for each merge, under the pair's id, even if it took several attempts. */
async function leaveEntry(
  { now }: Pick<Deps, 'now'>,
  { account, user }: Pick<Actor, 'account' | 'user'>,
  pair: Types.ObjectId,
  { keep, drop }: Move,
  counts: Record<string, number>,
): Promise<void> {
  try {
    await recordAudit({
      _id: pair,
      account,
      user,
      action: 'merge contacts',
      targets: [keep, drop],
      detail: counts,
      at: now(),
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}
