import { Types } from 'mongoose';
import { Appointment } from '../../../server/models/appointment.js';
import { Class, classKeys, type ClassEdits, type SyncedClass } from '../../../server/models/class.js';
import { Contact, type ContactType } from '../../../server/models/contact.js';
import type { Event } from '../../../server/models/event.js';
import type { Resource } from '../../../server/models/resource.js';
import { searchKey } from '../../../server/models/search-key.js';
import { makeTeacher } from '../event.js';

export async function makePerson(account: Types.ObjectId, type: ContactType, name: string): Promise<Contact> {
  const [firstName = '', ...rest] = name.split(' ');
  const person = await Contact.create({
    account,
    type,
    source: 'clever',
    status: 'active',
    firstName,
    lastName: rest.join(' '),
    searchKey: searchKey(name),
    sortKey: searchKey(...rest, firstName),
  });
  return person.toObject();
}

/** A teacher on the roster who takes part in the event. */
export async function makeTeachingPerson(
  event: Event,
  name: string,
): Promise<{ contact: Contact; resource: Resource }> {
  const contact = await makePerson(event.account, 'teacher', name);
  return { contact, resource: await makeTeacher(event, name, { contact: contact._id, room: 'R 1' }) };
}

export interface ClassOptions extends Partial<SyncedClass> {
  edits?: ClassEdits;
  byHand?: boolean;
}

export async function makeClass(event: Event, name: string, options: ClassOptions = {}): Promise<Class> {
  const { edits = {}, byHand, ...more } = options;
  const synced: SyncedClass = {
    name,
    type: 'Class',
    course: '',
    subject: '',
    period: '2',
    grade: '',
    term: '',
    school: new Types.ObjectId(),
    teachers: [],
    students: [],
    hash: 'h',
    ...more,
  };
  const made = await Class.create({
    account: event.account,
    event: event._id,
    ...(byHand ? {} : { section: new Types.ObjectId() }),
    status: 'active',
    synced,
    edits,
    ...classKeys({ synced, edits }),
  });
  return made.toObject();
}

export async function makeAppointment(
  event: Event,
  item: Pick<Class, '_id'>,
  more: Partial<Appointment> = {},
): Promise<Appointment> {
  const made = await Appointment.create({
    account: event.account,
    event: event._id,
    slot: new Types.ObjectId(),
    resource: new Types.ObjectId(),
    household: new Types.ObjectId(),
    bookedBy: new Types.ObjectId(),
    students: [new Types.ObjectId()],
    class: item._id,
    state: 'booked',
    from: new Date('2026-11-24T23:00:00Z'),
    to: new Date('2026-11-24T23:10:00Z'),
    byKey: new Types.ObjectId().toHexString(),
    createdAt: new Date(),
    ...more,
  });
  return made.toObject();
}
