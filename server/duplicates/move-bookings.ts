import type { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import { addClaim, Claim, underPrefix } from '../models/claim.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Household } from '../models/household.js';
import { HouseholdChange } from '../models/household-change.js';
import { eventIds } from './find-clash.js';

/** The remaining contact and the one that goes. Each move below may be cut off anywhere and repeated from its start. */
export interface Move {
  account: Types.ObjectId;
  keep: Types.ObjectId;
  drop: Types.ObjectId;
}

/** Moves a student's appointments, including past and canceled ones, with the limits that count them. */
export async function moveAppointments({ account, keep, drop }: Move): Promise<number> {
  const found = await Appointment.find(
    { event: { $in: await eventIds(account) }, students: drop },
    { students: 1 },
  ).lean();
  // First, because a repetition finds the limits by the appointments.
  await renameClaims(
    found.map(({ _id }) => _id),
    drop,
    keep,
  );
  for (const { _id, students } of found)
    await Appointment.updateOne(
      { _id, students: drop },
      { $set: { students: exchange(students, drop, keep) } },
    );
  return found.length;
}

/** The list with one contact replaced by the other, nobody twice. */
export function exchange(
  ids: readonly Types.ObjectId[],
  from: Types.ObjectId,
  to: Types.ObjectId,
): Types.ObjectId[] {
  const seen = new Set<string>();
  return ids
    .map((id) => (id.equals(from) ? to : id))
    .filter((id) => !seen.has(id.toHexString()) && seen.add(id.toHexString()));
}

/**
 * Renames limits under an id (`limit:<event>:<student>:<resource>:<n>`). The new name is added first, so that a limit never counts too
 * little. It may then count more than is allowed: nobody loses anything.
 */
export async function renameClaims(
  appointments: readonly Types.ObjectId[],
  from: Types.ObjectId,
  to: Types.ObjectId,
): Promise<void> {
  const claims = await Claim.find({ appointment: { $in: appointments } }).lean();
  for (const claim of claims) {
    const prefix = claim._id.slice(0, claim._id.lastIndexOf(':') + 1);
    const renamed = prefix.replace(`:${from.toHexString()}:`, `:${to.toHexString()}:`);
    if (renamed === prefix) continue;
    const held = await Claim.exists({
      appointment: claim.appointment,
      ...underPrefix(renamed),
    });
    const { _id, ...holders } = claim;
    if (!held) await addClaim(renamed, holders);
    await Claim.deleteOne({ _id, appointment: claim.appointment });
  }
}

/** Gives the household that the office made for one contact to the remaining one; if that one has a household too, both stay. */
async function moveKept({ account, keep, drop }: Move): Promise<void> {
  try {
    await Household.updateOne(
      { account, adults: drop, keptFor: drop },
      { $set: { adults: [keep], keptFor: keep } },
    );
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    // Emails to it, and its name, follow the remaining contact.
    await Household.updateOne({ account, adults: drop, keptFor: drop }, { $set: { keptFor: keep } });
  }
}

/** Moves a student in the households that have them as a child; a household with both has one afterwards. */
export async function moveChildren({ account, keep, drop }: Move): Promise<number> {
  await moveKept({ account, keep, drop });
  const only = {
    $and: [{ 'children.student': drop }, { 'children.student': { $ne: keep } }],
    // A family that lost one of the two does not get the child through the other.
    'removed.student': { $nin: [keep, drop] },
  };
  const moved = await Household.updateMany(
    { account, ...only },
    { $set: { 'children.$[held].student': keep } },
    { arrayFilters: [{ 'held.student': drop }] },
  );
  // Whom another adult there has by a proof of their own, and who goes along with an adult who is leaving, likewise.
  await Household.updateMany(
    { account, 'brought.student': drop, 'removed.student': { $nin: [keep, drop] } },
    { $set: { 'brought.$[held].student': keep } },
    { arrayFilters: [{ 'held.student': drop }] },
  );
  await Household.updateMany({ account, 'brought.student': drop }, { $pull: { brought: { student: drop } } });
  await HouseholdChange.updateMany(
    { account, state: 'accepted', 'children.student': drop },
    { $set: { 'children.$[held].student': keep } },
    { arrayFilters: [{ 'held.student': drop }] },
  );
  const lost = { account, 'removed.student': { $eq: drop, $exists: true } };
  // What is stored about the remaining contact counts.
  await Household.updateMany(
    { ...lost, $or: [{ 'children.student': keep }, { 'removed.student': keep }] },
    { $pull: { removed: { student: drop } } },
  );
  await Household.updateMany(
    lost,
    { $set: { 'removed.$[lost].student': keep } },
    { arrayFilters: [{ 'lost.student': drop }] },
  );
  const parted = { account, 'dropped.student': { $eq: drop, $exists: true } };
  await Household.updateMany(
    {
      ...parted,
      $or: [{ 'children.student': keep }, { 'removed.student': keep }, { 'dropped.student': keep }],
    },
    { $pull: { dropped: { student: drop } } },
  );
  await Household.updateMany(
    parted,
    { $set: { 'dropped.$[parted].student': keep } },
    { arrayFilters: [{ 'parted.student': drop }] },
  );
  await Household.updateMany(
    { account, 'children.student': drop },
    { $pull: { children: { student: drop } } },
  );
  return moved.modifiedCount;
}
