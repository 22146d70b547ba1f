import type { Types } from 'mongoose';
import { Appointment, CLASS_DELETED, LIVING_STATES } from '../../models/appointment.js';
import { Class } from '../../models/class.js';
import type { Event } from '../../models/event.js';
import { Resource } from '../../models/resource.js';
import type { HeldRun } from '../runs/hold-run.js';
import { logRun } from '../runs/log-run.js';

/** Why the sync put an appointment into the problem list. */
export const ROSTER_PROBLEM = 'The student is no longer in a class of this teacher (found by the sync).';

/** Problems that are none any more once student and teacher share a class: also when the sync brought a deleted one back. */
const MENDED_BY_SYNC = [ROSTER_PROBLEM, CLASS_DELETED];

const BATCH = 500;

type Looked = Pick<Appointment, '_id' | 'resource' | 'students' | 'state' | 'problem' | 'kept'>;

/**
 * Appointments stay, whatever the roster says. One whose student is in no active class of that teacher any more goes into
 * the problem list, and leaves it when that holds again. Only teachers whom the sync brought are looked at.
 */
export async function flagAppointments(run: HeldRun, event: Event): Promise<void> {
  const living = { event: event._id, state: { $in: LIVING_STATES } };
  await run.begin('appointments', await Appointment.countDocuments(living));
  const teachers = await teachersByResource(event);
  const cursor = Appointment.find(living, { resource: 1, students: 1, state: 1, problem: 1, kept: 1 })
    .lean()
    .cursor({ batchSize: BATCH });
  let batch: Looked[] = [];
  const flush = async (): Promise<void> => {
    await flagBatch(run, event, batch, teachers);
    await run.step(batch.length);
    batch = [];
  };
  for await (const appointment of cursor) {
    batch.push(appointment);
    if (batch.length === BATCH) await flush();
  }
  if (batch.length > 0) await flush();
}

async function teachersByResource(event: Event): Promise<Map<string, string>> {
  const resources = await Resource.find(
    { event: event._id, contact: { $type: 'objectId' } },
    { contact: 1, fromSync: 1 },
  ).lean();
  return new Map(
    resources.flatMap(({ _id, contact, fromSync }) =>
      contact && fromSync ? [[_id.toHexString(), contact.toHexString()] as const] : [],
    ),
  );
}

async function flagBatch(
  run: HeldRun,
  event: Event,
  batch: Looked[],
  teachers: ReadonlyMap<string, string>,
): Promise<void> {
  const together = await pairsOf(
    event,
    batch.flatMap(({ students }) => students),
  );
  const broken: Types.ObjectId[] = [];
  const mended: Types.ObjectId[] = [];
  for (const { _id, resource, students, state, problem, kept } of batch) {
    const teacher = teachers.get(resource.toHexString());
    if (teacher === undefined) continue;
    const holds = students.every((student) => together.has(`${teacher} ${student.toHexString()}`));
    if (!holds && state === 'booked' && kept !== ROSTER_PROBLEM) broken.push(_id);
    if (holds && state === 'problem' && MENDED_BY_SYNC.includes(problem ?? '')) mended.push(_id);
  }
  await Appointment.updateMany(
    { _id: { $in: broken }, state: 'booked' },
    { $set: { state: 'problem', problem: ROSTER_PROBLEM } },
  );
  await Appointment.updateMany(
    { _id: { $in: mended }, state: 'problem', problem: { $in: MENDED_BY_SYNC } },
    { $set: { state: 'booked' }, $unset: { problem: 1 } },
  );
  run.count('appointment', 'read', batch.length);
  run.count('appointment', 'changed', broken.length);
  run.count('appointment', 'restored', mended.length);
  run.count('appointment', 'unchanged', batch.length - broken.length - mended.length);
  await logRun(run, [
    ...broken.map((id) => ({
      level: 'warning' as const,
      kind: 'appointment',
      action: 'changed',
      sourceId: id.toHexString(),
      text: ROSTER_PROBLEM,
    })),
    ...mended.map((id) => ({ kind: 'appointment', action: 'restored', sourceId: id.toHexString() })),
  ]);
}

/** Which teacher and student are together in an active class of the event: "teacher student". */
async function pairsOf(event: Event, students: Types.ObjectId[]): Promise<Set<string>> {
  const wanted = new Set(students.map((id) => id.toHexString()));
  const classes = await Class.find(
    { event: event._id, 'synced.students': { $in: students }, status: 'active' },
    { synced: 1 },
  ).lean();
  const pairs = new Set<string>();
  for (const { synced } of classes) {
    for (const student of synced.students.map((id) => id.toHexString()).filter((id) => wanted.has(id)))
      for (const teacher of synced.teachers) pairs.add(`${teacher.toHexString()} ${student}`);
  }
  return pairs;
}
