import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Contact } from '../../server/models/contact.js';
import { searchKey } from '../../server/models/search-key.js';
import type { Slot } from '../../server/models/slot.js';

/** A student on the account's roster. */
export async function makeStudent(
  account: Types.ObjectId,
  firstName: string,
  lastName: string,
): Promise<Contact> {
  const contact = await Contact.create({
    account,
    type: 'student',
    source: 'hand',
    status: 'active',
    firstName,
    lastName,
    searchKey: searchKey(firstName, lastName),
    sortKey: searchKey(lastName, firstName),
  });
  return contact.toObject();
}

/** An appointment as it stands in the database, without what the booking protocol takes for it. */
export async function makeAppointment(slot: Slot, more: Partial<Appointment> = {}): Promise<Appointment> {
  const appointment = await Appointment.create({
    account: slot.account,
    event: slot.event,
    slot: slot._id,
    resource: slot.resource,
    household: new Types.ObjectId(),
    bookedBy: new Types.ObjectId(),
    students: [new Types.ObjectId()],
    state: 'booked',
    from: slot.from,
    to: slot.to,
    byKey: new Types.ObjectId().toHexString(),
    createdAt: new Date(),
    ...more,
  });
  return appointment.toObject();
}
