import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { Class } from '../../models/class.js';
import { Event } from '../../models/event.js';
import { Resource } from '../../models/resource.js';

type LookedClass = Pick<Class, '_id' | 'event' | 'section'> & {
  synced: Pick<Class['synced'], 'students' | 'teachers'>;
};

const LOOKED_CLASS = { event: 1, section: 1, 'synced.students': 1, 'synced.teachers': 1 } as const;

/** Which of these classes have appointments (hex ids). One without a class counts for all that its student and teacher share. */
export async function findBooked(classes: readonly LookedClass[]): Promise<Set<string>> {
  if (classes.length === 0) return new Set();
  const events = [...new Map(classes.map(({ event }) => [event.toHexString(), event])).values()];
  const living = { event: { $in: events }, state: { $in: LIVING_STATES } };
  const students = classes.flatMap(({ synced }) => synced.students);
  const found = await Appointment.find(
    {
      $or: [
        { ...living, class: { $in: classes.map(({ _id }) => _id) } },
        { ...living, students: { $in: students }, class: { $exists: false } },
      ],
    },
    { class: 1, students: 1, resource: 1 },
  ).lean();
  const booked = new Set(found.flatMap(({ class: of }) => (of ? [of.toHexString()] : [])));
  const others = found.filter(({ class: of }) => !of);
  if (others.length === 0) return booked;
  const pairs = await pairsOf(others);
  for (const { _id, synced } of classes)
    if (
      synced.teachers.some((teacher) =>
        synced.students.some((student) => pairs.has(`${String(teacher)} ${String(student)}`)),
      )
    )
      booked.add(_id.toHexString());
  return booked;
}

/** Which of these sections have classes with appointments in an active event (hex ids). */
export async function findBookedSections(
  account: Types.ObjectId,
  sections: Types.ObjectId[],
): Promise<Set<string>> {
  if (sections.length === 0) return new Set();
  const events = await Event.distinct('_id', { account, status: 'active' });
  const classes = await Class.find(
    { event: { $in: events }, section: { $in: sections }, status: 'active' },
    LOOKED_CLASS,
  ).lean<LookedClass[]>();
  const booked = await findBooked(classes);
  return new Set(
    classes.flatMap(({ _id, section }) => (booked.has(_id.toHexString()) ? [String(section)] : [])),
  );
}

/** The appointments' people as "teacher student". */
async function pairsOf(
  appointments: readonly { resource: Types.ObjectId; students: Types.ObjectId[] }[],
): Promise<Set<string>> {
  const resources = await Resource.find(
    { _id: { $in: appointments.map(({ resource }) => resource) } },
    { contact: 1 },
  ).lean();
  const contacts = new Map(resources.map(({ _id, contact }) => [_id.toHexString(), String(contact)]));
  return new Set(
    appointments.flatMap(({ resource, students }) =>
      students.map((student) => `${contacts.get(resource.toHexString()) ?? ''} ${student.toHexString()}`),
    ),
  );
}
