import type { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import { Contact, contactName } from '../models/contact.js';
import { Diary } from '../models/diary.js';
import { Interpreter } from '../models/interpreter.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Resource } from '../models/resource.js';
import { searchKey } from '../models/search-key.js';
import { Slot } from '../models/slot.js';
import { diariesOf, eventIds } from './find-clash.js';
import { renameClaims, type Move } from './move-bookings.js';
import { joinLines } from './move-waiting.js';
import { renameWishes } from './rename-wishes.js';

/**
 * Gives the remaining contact all slots that the other has in any event. If both have slots in one event, the slots and their appointments
 * move over.
 * @throws a duplicate key if slots overlap after all: added since the check (`findClash`)
 */
export async function moveResources(move: Move): Promise<number> {
  const { account, keep, drop } = move;
  const held = await Resource.find({
    event: { $in: await eventIds(account) },
    contact: { $eq: drop, $type: 'objectId' },
  }).lean();
  for (const resource of held) {
    const kept = await Resource.findOne({
      event: resource.event,
      contact: { $eq: keep, $type: 'objectId' },
    }).lean();
    if (kept) await joinResources(resource, kept);
    else await handOver(resource, move);
  }
  await Resource.updateMany(
    { account, 'byHand.staff': { $eq: drop, $exists: true } },
    { $set: { 'byHand.staff': keep } },
  );
  await Interpreter.updateMany(
    { account, contact: { $eq: drop, $exists: true } },
    { $set: { contact: keep } },
  );
  return held.length;
}

async function handOver(resource: Resource, { account, keep }: Move): Promise<void> {
  const contact = await Contact.findOne(
    { _id: keep, account },
    { firstName: 1, lastName: 1, email: 1 },
  ).lean();
  const name = contactName(contact ?? {});
  const sortKey = searchKey(contact?.lastName, contact?.firstName) || searchKey(name);
  await Resource.updateOne(
    { _id: resource._id },
    { $set: { contact: keep, name, sortKey, searchKey: searchKey(name) } },
  );
}

async function joinResources(from: Resource, to: Resource): Promise<void> {
  // Meetings that were told where to go keep their own link.
  if (from.link && to.link && from.link !== to.link)
    await Slot.updateMany(
      { resource: from._id, $or: [{ link: { $exists: false } }, { link: '' }] },
      { $set: { link: from.link } },
    );
  await Slot.updateMany({ resource: from._id }, { $set: { resource: to._id } });
  const appointments = await Appointment.find({ resource: from._id }, { _id: 1 }).lean();
  const ids = appointments.map(({ _id }) => _id);
  await renameClaims(ids, from._id, to._id);
  await Appointment.updateMany({ _id: { $in: ids } }, { $set: { resource: to._id } });
  await passTeams(Slot, from._id, to._id);
  await passTeams(Appointment, from._id, to._id);
  await joinLines(from._id, to._id);
  await renameWishes([to.event], 'resource', from._id, to._id);
  const status = from.status === 'active' || to.status === 'active' ? 'active' : 'gone';
  // A sync may remove only what a sync alone has added.
  const fromSync = from.fromSync && to.fromSync;
  const [link, kept] = [to.link || from.link, to.kept ?? from.kept];
  await Resource.updateOne(
    { _id: to._id },
    {
      $set: {
        ...{ room: to.room || from.room, status, fromSync },
        ...(link ? { link } : {}),
        ...(kept ? { kept } : {}),
      },
    },
  );
  await Resource.deleteOne({ _id: from._id });
}

/** Who stays sits in what who goes sat in with others; in their own slots they are already. */
async function passTeams(
  model: typeof Slot | typeof Appointment,
  from: Types.ObjectId,
  to: Types.ObjectId,
): Promise<void> {
  const sat = { with: { $eq: from, $exists: true } };
  await (model as typeof Slot).updateMany({ ...sat, resource: { $ne: to } }, { $addToSet: { with: to } });
  await (model as typeof Slot).updateMany(sat, { $pull: { with: from } });
  await (model as typeof Slot).updateMany(
    { with: { $eq: to, $exists: true }, resource: to },
    { $pull: { with: to } },
  );
}

/**
 * Copies the days of a diary, every time of an appointment on its own: a longer one has several, and one whose slot is just being moved has
 * its old and its new one. Entries that are there already are not added twice. Done before slots move, so that no time appears free
 * meanwhile.
 */
export async function copyDiaries({ account, keep, drop }: Move): Promise<void> {
  for (const { _id, busy } of await Diary.find(diariesOf(drop)).lean()) {
    const id = _id.replace(drop.toHexString(), keep.toHexString());
    await ensureDay(id, account);
    for (const entry of busy) {
      const { appointment, slot, to } = entry;
      const same = { $elemMatch: { appointment, slot, to } };
      await Diary.updateOne({ _id: id, busy: { $not: same } }, { $push: { busy: entry } });
      // Who left the time meanwhile may have done so before the copy was there.
      if (!(await Diary.exists({ _id, busy: same })))
        await Diary.updateOne({ _id: id }, { $pull: { busy: { appointment, slot, to } } });
    }
  }
}

async function ensureDay(_id: string, account: Move['account']): Promise<void> {
  try {
    await Diary.updateOne({ _id }, { $setOnInsert: { account, busy: [] } }, { upsert: true });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/** Deletes the diary of the contact that goes, once nothing leads to it any more. */
export async function endDiaries(move: Move): Promise<void> {
  await copyDiaries(move);
  await Diary.deleteMany(diariesOf(move.drop));
}
