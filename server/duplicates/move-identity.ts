import type { Types } from 'mongoose';
import { IDENTIFIERS } from '../models/field-mapping.js';
import { Contact, handTiedTo, recordIds } from '../models/contact.js';
import { personKeys } from '../models/person-keys.js';
import { Duplicate, pairKey, type Merge } from '../models/duplicate.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { OneTimeLink } from '../models/one-time-link.js';
import { User } from '../models/user.js';
import { furtherOf } from '../roster/people/keep-further.js';
import { joinTies } from './join-ties.js';
import type { Move } from './move-bookings.js';

/** Groups of fields that belong together: a group is filled in if the remaining contact has none of it. */
const GROUPS = [
  ['firstName', 'middleName', 'lastName'],
  ['address', 'city', 'state', 'postalCode'],
  ['email'],
  ['username'],
  ['schoolId'],
  ['birthDate'],
  ['sex'],
  ['grade'],
  ['title'],
  ['phone'],
] as const;

/**
 * The record of the remaining contact in the end: their own if it is active, else the other's; all further ids still stand for them. Taken
 * without its hash, so that the next sync writes what the source says.
 */
export function planRecord(keep: Contact, drop: Contact): Merge['record'] {
  const ids = [...recordIds(keep), ...recordIds(drop)];
  const own = keep.record?.id ? keep.record : undefined;
  const [first = ''] = recordIds(drop);
  const takes = takesOver(keep, drop);
  const id = takes ? first : (own?.id ?? first);
  if (!id) return undefined;
  const also = [...new Set(ids)].filter((other) => other !== id);
  const further = [...furtherOf(keep), ...furtherOf(drop)].filter((one) => also.includes(one.id));
  return { id, hash: takes || !own ? '' : own.hash, ...(also.length > 0 ? { also, further } : {}) };
}

function takesOver(keep: Contact, drop: Contact): boolean {
  if (!drop.record?.id) return false;
  return !keep.record?.id || (keep.status !== 'active' && drop.status === 'active');
}

/** Gives the remaining contact the record. One of the two answers to each id at any moment, so that no sync finds a new person. */
export async function moveRecord({ keep, drop }: Move, record: Merge['record']): Promise<void> {
  if (!record) return;
  const own = await Contact.findById(keep, { record: 1 }).lean();
  const also = [record.id, ...(record.also ?? [])].filter((id) => id !== own?.record?.id);
  if (also.length > 0) await Contact.updateOne({ _id: keep }, { $set: { 'record.also': also } });
  await Contact.updateOne({ _id: drop }, { $unset: { record: 1 } });
  // A hash that a sync has written since is valid too, but only for its own record.
  const hash = own?.record?.id === record.id ? own.record.hash : record.hash;
  await Contact.updateOne({ _id: keep }, { $set: { record: { ...record, hash } } });
}

/** Fills in what the remaining contact lacks: identifiers, security value, texts, schools; ties to students are joined. */
export async function fillBlanks({ keep, drop }: Move, record: Merge['record']): Promise<void> {
  const [stays, goes] = await Promise.all([Contact.findById(keep).lean(), Contact.findById(drop).lean()]);
  if (!stays || !goes) return;
  const set: Record<string, unknown> = {};
  for (const group of GROUPS)
    if (group.every((field) => !stays[field])) for (const field of group) set[field] = goes[field];
  for (const identifier of IDENTIFIERS)
    if (!stays.identifiers?.[identifier] && goes.identifiers?.[identifier])
      set[`identifiers.${identifier}`] = goes.identifiers[identifier];
  if (!stays.securityValue && goes.securityValue) set.securityValue = goes.securityValue;
  if (stays.schools.length === 0) set.schools = goes.schools;
  Object.assign(set, await joinTies(stays, goes));
  // The contact whose record is taken decides the source and whether they are here.
  const taken = record !== undefined && goes.record?.id === record.id;
  if (taken) set.source = goes.source;
  const back = goes.status === 'active' && (taken || !record);
  if (back) set.status = 'active';
  await Contact.updateOne(
    { _id: keep },
    {
      $set: { ...set, ...personKeys(Object.assign(stays, set)) },
      ...(back ? { $unset: { transferredAt: 1 } } : {}),
    },
  );
}

/** Moves ties that were made by hand to the remaining contact. */
export async function moveHandTies({ account, keep, drop }: Move): Promise<void> {
  const tied = handTiedTo(account, drop);
  await Contact.updateMany(
    { ...tied, $and: [{ 'tied.student': keep }] },
    { $pull: { tied: { student: drop } } },
  );
  await Contact.updateMany(
    tied,
    { $set: { 'tied.$[held].student': keep } },
    { arrayFilters: [{ 'held.student': drop }] },
  );
}

/** Moves logins, and access that was offered and not answered yet, to the remaining contact. @returns how many logins */
export async function moveLogins({ account, keep, drop }: Move): Promise<number> {
  await OneTimeLink.updateMany(
    { 'offer.account': account, 'offer.grants.contact': drop },
    { $set: { 'offer.grants.$[held].contact': keep } },
    { arrayFilters: [{ 'held.contact': drop }] },
  );
  const { modifiedCount } = await User.updateMany(
    { 'grants.contact': drop },
    { $set: { 'grants.$[held].contact': keep } },
    { arrayFilters: [{ 'held.contact': drop, 'held.account': account }] },
  );
  return modifiedCount;
}

/** Moves other pairs to the remaining contact, unless those are listed already. */
export async function movePairs({ account, keep, drop }: Move, self: Types.ObjectId): Promise<void> {
  const others = await Duplicate.find({
    $or: [
      { account, contact: drop },
      { account, candidate: drop },
    ],
  }).lean();
  for (const pair of others) {
    if (pair._id.equals(self)) continue;
    const other = pair.contact.equals(drop) ? pair.candidate : pair.contact;
    if (pair.unfinished) await giveUp(pair._id, other);
    else if (pair.state !== 'merged') await readdress(pair, { account, keep, drop }, other);
  }
}

/** Resets a merge that was cut off before it had both contacts: it has moved nothing. */
async function giveUp(pair: Types.ObjectId, other: Types.ObjectId): Promise<void> {
  await Contact.updateOne({ _id: other, merging: pair }, { $unset: { merging: 1 } });
  await Duplicate.deleteOne({ _id: pair });
}

async function readdress(pair: Duplicate, { keep, drop }: Move, other: Types.ObjectId): Promise<void> {
  const records = (pair.records as Duplicate['records'] | undefined)?.map((record) => ({
    ...record,
    contact: record.contact.equals(drop) ? keep : record.contact,
  }));
  const place = pair.contact.equals(drop) ? { contact: keep } : { candidate: keep };
  try {
    await Duplicate.updateOne(
      { _id: pair._id },
      { $set: { ...place, pair: pairKey(keep, other), ...(records ? { records } : {}) } },
    );
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    await Duplicate.deleteOne({ _id: pair._id });
  }
}
