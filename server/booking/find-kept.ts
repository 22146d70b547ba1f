import type { Types } from 'mongoose';
import { Contact, isGuardian, recordIds } from '../models/contact.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Household } from '../models/household.js';
import { User } from '../models/user.js';

/**
 * The household that the office made for an adult of the roster before they had a login. It is theirs by what proves a child otherwise:
 * their address is proven, and the roster or the school ties that address to each child in it as a guardian.
 */
export async function findKept(account: Types.ObjectId, adult: Types.ObjectId): Promise<Household | null> {
  const user = await User.findOne(
    { _id: adult, emailProvenAt: { $exists: true }, email: { $gt: '' } },
    { email: 1 },
  ).lean();
  if (!user) return null;
  const people = await Contact.find(
    { account, email: user.email, type: { $ne: 'student' }, status: 'active' },
    { relations: 1, tied: 1 },
  ).lean();
  const kept =
    people.length > 0
      ? await Household.findOne({
          account,
          adults: { $in: people.map(({ _id }) => _id) },
          keptFor: { $exists: true },
        }).lean()
      : null;
  const person = people.find(({ _id }) => kept?.keptFor?.equals(_id));
  return kept && person && (await guardsAll(person, kept)) ? kept : null;
}

async function guardsAll(
  { relations, tied = [] }: Pick<Contact, 'relations' | 'tied'>,
  { account, children }: Household,
): Promise<boolean> {
  const students = await Contact.find(
    { _id: { $in: children.map(({ student }) => student) }, account },
    { record: 1 },
  ).lean();
  const guarded = new Set([
    ...relations.filter(isGuardian).map(({ student }) => student),
    ...tied
      .filter(({ relationship }) => isGuardian({ relationship, type: '' }))
      .map(({ student }) => String(student)),
  ]);
  return (
    students.length === children.length &&
    students.every((student) => [...recordIds(student), String(student._id)].some((id) => guarded.has(id)))
  );
}

/** Makes it the login's own, with what is booked in it: its id stays. Null where there is none, or the login has one by now. */
export async function takeKept(account: Types.ObjectId, adult: Types.ObjectId): Promise<Household | null> {
  const kept = await findKept(account, adult);
  if (!kept?.keptFor) return null;
  try {
    return await Household.findOneAndUpdate(
      { _id: kept._id, account, keptFor: kept.keptFor, adults: kept.keptFor },
      { $set: { adults: [adult] }, $unset: { keptFor: 1 } },
      { returnDocument: 'after' },
    ).lean();
  } catch (error) {
    if (isDuplicateKey(error)) return null;
    throw error;
  }
}
