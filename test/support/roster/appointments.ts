import { Types } from 'mongoose';
import { Appointment } from '../../../server/models/appointment.js';
import { Class } from '../../../server/models/class.js';
import { Resource } from '../../../server/models/resource.js';

/** Books a student with the first teacher of a class, as it stands in the database. */
export async function bookIn(item: Class, student: Types.ObjectId): Promise<Types.ObjectId> {
  const resource = await Resource.findOne({ event: item.event, contact: item.synced.teachers[0] })
    .orFail()
    .lean();
  const at = new Date('2026-11-24T23:00:00Z');
  const made = await Appointment.create({
    account: item.account,
    event: item.event,
    class: item._id,
    slot: new Types.ObjectId(),
    resource: resource._id,
    household: new Types.ObjectId(),
    bookedBy: new Types.ObjectId(),
    students: [student],
    state: 'booked',
    from: at,
    to: at,
    byKey: new Types.ObjectId().toHexString(),
    createdAt: at,
  });
  return made._id;
}

/** Active classes that somebody can be booked in, in a fixed order. */
export async function bookable(event: Types.ObjectId): Promise<Class[]> {
  return Class.find({
    event,
    status: 'active',
    'synced.teachers.0': { $exists: true },
    'synced.students.0': { $exists: true },
  })
    .sort({ section: 1 })
    .lean();
}
