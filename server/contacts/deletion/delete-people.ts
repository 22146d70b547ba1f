import type { Types } from 'mongoose';
import { Contact, type ContactType } from '../../models/contact.js';
import { Diary } from '../../models/diary.js';
import { DrawEntry } from '../../models/draw-entry.js';
import { Household } from '../../models/household.js';
import { HouseholdChange } from '../../models/household-change.js';
import { Interpreter } from '../../models/interpreter.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { MailingRecipient } from '../../models/mailing.js';
import { WaitlistEntry } from '../../models/waitlist-entry.js';
import { deleteBatches } from './delete-batches.js';
import { dropMails } from './remove-logins.js';

/** After this nobody can book for a child or add one: the children are deleted. */
export async function takeChildren({ account }: Pick<ActiveRun, 'account'>): Promise<void> {
  await Household.updateMany(
    { account, 'children.student': { $exists: true } },
    { $set: { children: [] }, $unset: { brought: 1 } },
  );
  await HouseholdChange.updateMany({ account, state: 'accepted' }, { $unset: { children: 1 } });
}

/** Mailings to families that are being sent go to nobody further: the children they are about are deleted. */
export async function stopMailings(events: readonly Types.ObjectId[]): Promise<void> {
  await MailingRecipient.deleteMany({
    ...{ event: { $in: [...events] }, state: 'todo' },
    'students.0': { $exists: true },
  });
}

/** Deletes contacts of these types. Those who stay lose what the source gave them, which the next import gives again. */
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
    // All meetings were deleted before, so nothing names these interpreters.
    await Interpreter.deleteMany({ account, contact: { $in: ids, $exists: true } });
    await deleteDiaries(ids);
    await Contact.deleteMany({ _id: { $in: ids }, account });
  });
  await Contact.updateMany(
    { account, type: { $in: ['teacher', 'staff', 'guardian'] } },
    { $unset: { record: 1, notTied: 1, merging: 1 }, $set: { relations: [] } },
  );
}

/**
 * Removes families, as their children are gone, with what they wish in preference rounds, where they wait, and whom they invited. A parent who
 * stays gets a new, empty one when they need it.
 */
export function deleteFamilies(run: ActiveRun, events: readonly Types.ObjectId[]): Promise<void> {
  return deleteBatches(run, Household, { account: run.account }, async (ids) => {
    await deleteDiaries(ids);
    await DrawEntry.deleteMany({ household: { $in: ids } });
    await WaitlistEntry.deleteMany({ event: { $in: [...events] }, household: { $in: ids } });
    await HouseholdChange.deleteMany({ household: { $in: ids } });
    await Household.deleteMany({ _id: { $in: ids } });
  });
}

/** Matches all days of these people's diaries: in byte order ';' follows ':'. */
export async function deleteDiaries(people: readonly Types.ObjectId[]): Promise<void> {
  const days = people.map((person) => {
    const id = person.toHexString();
    return { deleteMany: { filter: { _id: { $gt: `${id}:`, $lt: `${id};` } } } };
  });
  if (days.length > 0) await Diary.bulkWrite(days, { ordered: false });
}
