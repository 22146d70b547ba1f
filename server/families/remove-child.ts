import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { endHolds } from '../booking/end-holds.js';
import type { Deps } from '../deps.js';
import { Household } from '../models/household.js';
import type { Actor } from '../web/actor.js';
import { cancelComing } from './end-appointments.js';
import { keepForSchool } from './keep-appointments.js';
import { leaveShared } from './leave-shared.js';
import { tellRemoved, tellReturned } from './tell-adult.js';
import type { EventPart } from './find-in-event.js';
import type { Adult } from './queries.js';
import type { Outcome } from './schema.js';

/**
 * Takes a child away from an adult's household, and so from all adults there, also one that they parted with: first the child, so that nothing more is booked, then holds, then appointments as
 * requested. Only the school can give the child back. A repetition finishes what was cut off.
 * @returns how many appointments were canceled or kept, or undefined if the household never had the child
 */
export async function removeChild(
  deps: Deps,
  actor: Actor,
  adult: Adult & { household: Household },
  { student, outcome, tell }: { student: Types.ObjectId; outcome: Outcome; tell: boolean },
): Promise<{ appointments: number } | undefined> {
  const { household, part } = adult;
  const event = part?.event;
  const now = deps.now();
  const had = household.children.find((one) => one.student.equals(student));
  const dropped = household.dropped?.find((one) => one.student.equals(student));
  // A child that the family parted with is taken away too: otherwise they would add the child again.
  const child = had ? { ...had, since: had.at } : dropped;
  if (!child && !household.removed?.some((one) => one.student.equals(student))) return undefined;
  if (child) {
    const { adult: claimer, by, since } = child;
    const removed = { student, adult: claimer, by, since, removedBy: actor.user, at: now };
    const taken = await Household.updateOne(
      {
        _id: household._id,
        account: actor.account,
        // Whichever it is by now: they may part with the child, or add the child again, meanwhile.
        $or: [{ 'children.student': student }, { 'dropped.student': { $eq: student, $exists: true } }],
        'removed.student': { $ne: student },
        ...asSeen(part),
      },
      // Also from another adult there who has the child by a proof of their own.
      { $pull: { children: { student }, brought: { student }, dropped: { student } }, $push: { removed } },
    );
    // Either a child of another event was added meanwhile, or somebody else took this one away.
    if (taken.matchedCount === 0 && part) return undefined;
  }
  const which = { _id: household._id, student, event };
  await endHolds(deps, which);
  let canceled = 0;
  if (outcome === 'cancel') {
    // What is also about another child isn't canceled.
    await leaveShared(household, student, now);
    canceled = await cancelComing(deps, actor, which);
  }
  // This includes past appointments: they are about a child whom these adults may not see.
  const kept = await keepForSchool(actor, household, student, now);
  const appointments = outcome === 'cancel' ? canceled : kept;
  await recordAudit({
    account: actor.account,
    ...(event ? { event } : {}),
    user: actor.user,
    action: 'take child away',
    targets: [student, ...household.adults],
    detail: { appointments: outcome, canceled, kept },
    at: now,
  });
  if (tell) await tellRemoved(deps, actor, household, student, canceled);
  return { appointments };
}

/**
 * Gives back a child that was taken away.
 * @returns false if none was
 */
export async function returnChild(
  deps: Deps,
  actor: Actor,
  adult: Adult & { household: Household },
  { student, tell }: { student: Types.ObjectId; tell: boolean },
): Promise<boolean> {
  const { household, user, part } = adult;
  const now = deps.now();
  const child = { student, adult: user._id, by: 'school' as const, at: now };
  const returned = await Household.updateOne(
    {
      _id: household._id,
      account: actor.account,
      'removed.student': student,
      'children.student': { $ne: student },
      ...asSeen(part),
    },
    { $pull: { removed: { student }, dropped: { student } }, $push: { children: child } },
  );
  if (returned.modifiedCount === 0) return false;
  await recordAudit({
    account: actor.account,
    ...(part ? { event: part.event } : {}),
    user: actor.user,
    action: 'give child back',
    targets: [student, ...household.adults],
    at: now,
  });
  if (tell) await tellReturned(deps, actor, household, student);
  return true;
}

/** For somebody who runs one event: only while all of the family's children are in the event. */
function asSeen(part: EventPart | undefined) {
  return part ? { $nor: [{ children: { $elemMatch: { student: { $nin: part.children } } } }] } : {};
}
