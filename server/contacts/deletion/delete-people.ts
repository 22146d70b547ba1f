import type { Types } from 'mongoose';
import { Contact, type ContactType } from '../../models/contact.js';
import { Diary } from '../../models/diary.js';
import { Household } from '../../models/household.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { deleteBatches } from './delete-batches.js';
import { dropMails } from './remove-logins.js';

/** Nothing more can be booked about any child, and no child is added for good: the children are deleted. */
export async function takeChildren({ account }: Pick<ActiveRun, 'account'>): Promise<void> {
  await Household.updateMany({ account, 'children.student': { $exists: true } }, { $set: { children: [] } });
}

/** Deletes contacts of these types, but for those who stay, who lose what the source gave them: it gives it again. */
export async function deletePeople(
  run: ActiveRun,
  types: readonly ContactType[],
  staying: readonly Types.ObjectId[],
): Promise<void> {
  const { account } = run;
  const going = { account, type: { $in: [...types] }, _id: { $nin: [...staying] } };
  await deleteBatches(run, Contact, going, async (ids) => {
    const found = await Contact.find({ _id: { $in: ids } }, { email: 1 }).lean();
    await dropMails(
      account,
      found.map(({ email }) => email),
    );
    await deleteDiaries(ids);
    await Contact.deleteMany({ _id: { $in: ids }, account });
  });
  await Contact.updateMany(
    { account, type: { $in: ['teacher', 'staff', 'guardian'] } },
    { $unset: { record: 1, notTied: 1, merging: 1 }, $set: { relations: [] } },
  );
}

/** Families have no children any more; a parent who stays gets an empty one at the first need of it. */
export function deleteFamilies(run: ActiveRun): Promise<void> {
  return deleteBatches(run, Household, { account: run.account }, async (ids) => {
    await deleteDiaries(ids);
    await Household.deleteMany({ _id: { $in: ids } });
  });
}

/** All days of these people's diaries: ';' follows ':' in the order of bytes. */
export async function deleteDiaries(people: readonly Types.ObjectId[]): Promise<void> {
  const days = people.map((person) => {
    const id = person.toHexString();
    return { deleteMany: { filter: { _id: { $gt: `${id}:`, $lt: `${id};` } } } };
  });
  if (days.length > 0) await Diary.bulkWrite(days, { ordered: false });
}
