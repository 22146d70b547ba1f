import type { Types } from 'mongoose';
import type { Appointment, AppointmentProblem } from '../../models/appointment.js';
import type { Event } from '../../models/event.js';
import { Resource } from '../../models/resource.js';
import type { FindTaught } from './find-taught.js';

/** Problems that end when student and teacher share a class, also if the sync brought a deleted class back. */
const MENDED_BY_SYNC: ReadonlySet<AppointmentProblem['code'] | undefined> = new Set([
  'not together',
  'class deleted',
]);

export type Looked = Pick<Appointment, '_id' | 'resource' | 'students' | 'state' | 'problem' | 'kept'>;
/** The fields of an appointment that the judgment needs. */
export const LOOKED = { resource: 1, students: 1, state: 1, problem: 1, kept: 1 } as const;

/**
 * Finds which of a batch of appointments have a student who is no longer in an active class of their teacher, and which have one again.
 * Looks only at teachers whom the sync added.
 */
export async function judgeAppointments(
  event: Pick<Event, '_id'>,
  batch: readonly Looked[],
  findTaught: FindTaught,
): Promise<{ broken: Looked[]; mended: Looked[] }> {
  const teachers = await teachersByResource(event, batch);
  const together = await pairsOf(
    batch.flatMap(({ students }) => students),
    findTaught,
  );
  const broken: Looked[] = [];
  const mended: Looked[] = [];
  for (const item of batch) {
    const { resource, students, state, problem, kept } = item;
    const teacher = teachers.get(resource.toHexString());
    if (teacher === undefined) continue;
    const holds = students.every((student) => together.has(`${teacher} ${student.toHexString()}`));
    if (!holds && state === 'booked' && kept?.code !== 'not together') broken.push(item);
    if (holds && state === 'problem' && MENDED_BY_SYNC.has(problem?.code)) mended.push(item);
  }
  return { broken, mended };
}

async function teachersByResource(
  event: Pick<Event, '_id'>,
  appointments: readonly Looked[],
): Promise<Map<string, string>> {
  const resources = await Resource.find(
    { _id: { $in: appointments.map(({ resource }) => resource) }, event: event._id },
    { contact: 1, fromSync: 1 },
  ).lean();
  return new Map(
    resources.flatMap(({ _id, contact, fromSync }) =>
      contact && fromSync ? [[_id.toHexString(), contact.toHexString()] as const] : [],
    ),
  );
}

/** Which teacher and student share an active class of the event: "teacher student". */
async function pairsOf(students: Types.ObjectId[], findTaught: FindTaught): Promise<Set<string>> {
  const wanted = new Set(students.map((id) => id.toHexString()));
  const pairs = new Set<string>();
  for (const { synced } of await findTaught(students)) {
    for (const student of synced.students.map((id) => id.toHexString()).filter((id) => wanted.has(id)))
      for (const teacher of synced.teachers) pairs.add(`${teacher.toHexString()} ${student}`);
  }
  return pairs;
}
