import { Types } from 'mongoose';
import { Appointment } from '../../models/appointment.js';
import { Claim, underPrefix } from '../../models/claim.js';
import { Class } from '../../models/class.js';
import { Contact, handTiedTo, recordIds } from '../../models/contact.js';
import { Duplicate } from '../../models/duplicate.js';
import { DrawEntry } from '../../models/draw-entry.js';
import { Event } from '../../models/event.js';
import { Household } from '../../models/household.js';
import { HouseholdChange } from '../../models/household-change.js';
import { Interpreter } from '../../models/interpreter.js';
import { OneTimeLink } from '../../models/one-time-link.js';
import { Resource } from '../../models/resource.js';
import { CHANGE_STATES, RosterChange } from '../../models/roster-change.js';
import { Slot } from '../../models/slot.js';
import { User } from '../../models/user.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { deleteDiaries } from './delete-people.js';
import { clearAppointments, type EndAppointment } from './end-appointments.js';
import { deleteLogins } from './remove-logins.js';

/**
 * Deletes one person and everything that depends on them, in an order that lets a repetition find what is left. A meeting about several
 * children stays for the other children.
 */
export async function deletePerson(
  run: ActiveRun,
  id: Types.ObjectId,
  by: Types.ObjectId,
  end: EndAppointment,
): Promise<void> {
  const { account } = run;
  const contact = await Contact.findOne({ _id: id, account }).lean();
  if (!contact) return;
  await run.begin('people', 1);
  const events = (await Event.find({ account }, { _id: 1 }).lean()).map((event) => event._id);
  // This goes first, so that nothing more can be booked.
  await Household.updateMany(
    { account, 'children.student': id },
    { $pull: { children: { student: id }, brought: { student: id } } },
  );
  await HouseholdChange.updateMany(
    { account, state: 'accepted', 'children.student': id },
    { $pull: { children: { student: id } } },
  );
  await leaveWishes(events, id);
  await leaveAppointments(run, events, id, by, end);
  await leaveResources(run, id, by, end);
  await Class.updateMany(
    { event: { $in: events }, 'synced.students': id },
    { $pull: { 'synced.students': id } },
  );
  await Class.updateMany(
    { event: { $in: events }, 'synced.teachers': id },
    { $pull: { 'synced.teachers': id } },
  );
  await Household.updateMany(
    { account, 'removed.student': { $eq: id, $exists: true } },
    { $pull: { removed: { student: id } } },
  );
  await Household.updateMany(
    { account, 'dropped.student': { $eq: id, $exists: true } },
    { $pull: { dropped: { student: id } } },
  );
  await leaveKept(account, id);
  await leaveInterpreting(run, id);
  await leaveLogins(account, id);
  await leaveRoster(account, contact);
  await deleteDiaries([id]);
  await Contact.deleteOne({ _id: id, account });
  await run.step(1);
}

/** In preference rounds: a wish about several children stays for the others. */
async function leaveWishes(events: Types.ObjectId[], id: Types.ObjectId): Promise<void> {
  const theirs = { event: { $in: events }, 'wishes.students': id };
  await DrawEntry.updateMany(theirs, { $pull: { 'wishes.$[].students': id } });
  await DrawEntry.updateMany(
    { event: { $in: events }, 'wishes.students': { $size: 0 }, outcome: { $exists: false } },
    { $pull: { wishes: { students: { $size: 0 } } } },
  );
}

async function leaveAppointments(
  run: ActiveRun,
  events: Types.ObjectId[],
  student: Types.ObjectId,
  by: Types.ObjectId,
  end: EndAppointment,
): Promise<void> {
  for (const event of events) {
    const theirs = { event, students: student };
    await Appointment.updateMany(
      { ...theirs, 'students.1': { $exists: true } },
      { $pull: { students: student } },
    );
    await clearAppointments(run, theirs, by, end);
    // These meetings stay for the other children.
    for (const limit of ['limit', 'limit-student'])
      await Claim.deleteMany(underPrefix(`${limit}:${event.toHexString()}:${student.toHexString()}:`));
  }
}

async function leaveResources(
  run: ActiveRun,
  contact: Types.ObjectId,
  by: Types.ObjectId,
  end: EndAppointment,
): Promise<void> {
  const held = await Resource.find({ contact: { $eq: contact, $exists: true } }, { _id: 1 }).lean();
  for (const { _id: resource } of held) {
    await clearAppointments(run, { resource }, by, end);
    await Slot.deleteMany({ resource });
    await Slot.updateMany(
      { with: { $eq: resource, $exists: true } },
      { $pull: { with: resource }, $set: { unsettled: true } },
    );
    await Resource.deleteOne({ _id: resource });
  }
  // What was made by hand stays, without them.
  await Resource.updateMany(
    { 'byHand.staff': { $eq: contact, $exists: true } },
    { $unset: { 'byHand.staff': 1 } },
  );
}

/** What the school booked for them, as they have no login, stays booked, for the school: it is about a child who stays. */
async function leaveKept(account: Types.ObjectId, contact: Types.ObjectId): Promise<void> {
  const theirs = { account, adults: contact, keptFor: contact };
  await Household.deleteMany({ ...theirs, children: { $size: 0 } });
  // A household keeps an adult: an id that is nobody's.
  const nobody = new Types.ObjectId();
  await Household.updateOne(theirs, {
    $set: { adults: [nobody], 'children.$[].adult': nobody, ofSchool: true },
    $unset: { keptFor: 1 },
  });
}

/**
 * They interpret no longer, at any event: the job finds others for their coming meetings and tells the families. This goes before their
 * diary, by which interpreters are kept apart.
 */
async function leaveInterpreting(run: ActiveRun, contact: Types.ObjectId): Promise<void> {
  for (const { _id } of await Interpreter.find({ contact: { $eq: contact, $exists: true } }).lean()) {
    await Appointment.updateMany(
      { interpreter: { $eq: _id, $exists: true }, from: { $lte: run.now() } },
      { $unset: { interpreter: 1 } },
    );
    await Interpreter.updateOne(
      { _id },
      {
        $set: { status: 'gone', unsettled: true, name: '', email: '', sortKey: '' },
        $unset: { contact: 1, told: 1, news: 1 },
      },
    );
  }
}

/** Takes away the access that a login has as this person; a login that opens nothing else is deleted. */
async function leaveLogins(account: Types.ObjectId, contact: Types.ObjectId): Promise<void> {
  await OneTimeLink.updateMany(
    { 'offer.account': account, 'offer.grants.contact': contact },
    { $pull: { 'offer.grants': { contact } } },
  );
  await OneTimeLink.deleteMany({ 'offer.account': account, 'offer.grants': { $size: 0 } });
  const theirs = { 'grants.contact': { $eq: contact, $exists: true } };
  const other = { $elemMatch: { contact: { $ne: contact } } };
  await deleteLogins({ ...theirs, grants: { $not: other }, 'blocks.0': { $exists: false } });
  await User.updateMany(theirs, { $pull: { grants: { contact } } });
}

async function leaveRoster(account: Types.ObjectId, contact: Contact): Promise<void> {
  const { _id } = contact;
  await Duplicate.deleteMany({ account, contact: _id });
  await Duplicate.deleteMany({ account, candidate: _id });
  await RosterChange.deleteMany({ account, state: { $in: [...CHANGE_STATES] }, target: _id });
  if (contact.type !== 'student') return;
  const ids = recordIds(contact);
  await Contact.updateMany(
    { account, 'relations.student': { $in: ids } },
    { $pull: { relations: { student: { $in: ids } } } },
  );
  await Contact.updateMany(handTiedTo(account, _id), { $pull: { tied: { student: _id } } });
}
