import type { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import { addClaim, Claim, underPrefix } from '../models/claim.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Household } from '../models/household.js';
import { eventIds } from './find-clash.js';

/** Who stays and who goes. Every move below may be done again from its start after it was cut off anywhere. */
export interface Move {
  account: Types.ObjectId;
  keep: Types.ObjectId;
  drop: Types.ObjectId;
}

/** Moves a student's appointments, also past and cancelled ones, with the limits that they count against. */
export async function moveAppointments({ account, keep, drop }: Move): Promise<number> {
  const found = await Appointment.find(
    { event: { $in: await eventIds(account) }, students: drop },
    { students: 1 },
  ).lean();
  // First, because it is by the appointments that a repetition finds them.
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

/** The list with one in the place of another, each once. */
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
 * Renames what appointments hold under an id (`limit:<event>:<student>:<resource>:<n>`), the new name first, so that at no
 * moment a limit counts too little. It may then count more than the limit allows: nothing is taken from anybody.
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

/** The household that the office made for the one who goes is kept for the one who stays, who may have one already: then both stay. */
async function moveKept({ account, keep, drop }: Move): Promise<void> {
  try {
    await Household.updateOne(
      { account, adults: drop, keptFor: drop },
      { $set: { adults: [keep], keptFor: keep } },
    );
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    // Its mails and its name go by the one who stays.
    await Household.updateOne({ account, adults: drop, keptFor: drop }, { $set: { keptFor: keep } });
  }
}

/** Moves a student in the households that have them as a child; one that has both has one then. */
export async function moveChildren({ account, keep, drop }: Move): Promise<number> {
  await moveKept({ account, keep, drop });
  const only = {
    $and: [{ 'children.student': drop }, { 'children.student': { $ne: keep } }],
    // Who lost one of the two does not get the child by way of the other.
    'removed.student': { $nin: [keep, drop] },
  };
  const moved = await Household.updateMany(
    { account, ...only },
    { $set: { 'children.$[held].student': keep } },
    { arrayFilters: [{ 'held.student': drop }] },
  );
  const lost = { account, 'removed.student': { $eq: drop, $exists: true } };
  // What was said of the one who stays holds.
  await Household.updateMany(
    { ...lost, $or: [{ 'children.student': keep }, { 'removed.student': keep }] },
    { $pull: { removed: { student: drop } } },
  );
  await Household.updateMany(
    lost,
    { $set: { 'removed.$[lost].student': keep } },
    { arrayFilters: [{ 'lost.student': drop }] },
  );
  await Household.updateMany(
    { account, 'children.student': drop },
    { $pull: { children: { student: drop } } },
  );
  return moved.modifiedCount;
}
