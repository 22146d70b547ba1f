import type { Types } from 'mongoose';
import { Appointment, CLASS_DELETED, LIVING_STATES } from '../../models/appointment.js';
import { Class } from '../../models/class.js';
import type { Event } from '../../models/event.js';
import { Resource } from '../../models/resource.js';
import { RosterChange } from '../../models/roster-change.js';
import { fieldChange, type Change } from '../changes/change.js';
import { makeChanges } from '../changes/make-changes.js';
import { overlay, plannedFor } from '../changes/overlay-changes.js';
import type { HeldRun } from '../runs/hold-run.js';

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
  const cursor = Appointment.find(living, { resource: 1, students: 1, state: 1, problem: 1, kept: 1 })
    .lean()
    .cursor({ batchSize: BATCH });
  let batch: Looked[] = [];
  const flush = async (): Promise<void> => {
    await flagBatch(run, event, batch);
    await run.step(batch.length);
    batch = [];
  };
  for await (const appointment of cursor) {
    batch.push(appointment);
    if (batch.length === BATCH) await flush();
  }
  if (batch.length > 0) await flush();
}

async function teachersByResource(event: Event, appointments: Looked[]): Promise<Map<string, string>> {
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

async function flagBatch(run: HeldRun, event: Event, batch: Looked[]): Promise<void> {
  const teachers = await teachersByResource(event, batch);
  const together = await pairsOf(
    run,
    event,
    batch.flatMap(({ students }) => students),
  );
  const broken: Looked[] = [];
  const mended: Looked[] = [];
  for (const item of batch) {
    const { resource, students, state, problem, kept } = item;
    const teacher = teachers.get(resource.toHexString());
    if (teacher === undefined) continue;
    const holds = students.every((student) => together.has(`${teacher} ${student.toHexString()}`));
    if (!holds && state === 'booked' && kept !== ROSTER_PROBLEM) broken.push(item);
    if (holds && state === 'problem' && MENDED_BY_SYNC.includes(problem ?? '')) mended.push(item);
  }
  run.count('appointment', 'read', batch.length);
  run.count('appointment', 'unchanged', batch.length - broken.length - mended.length);
  await makeChanges(run, Appointment.collection, [
    ...broken.map(({ _id }): Change => ({
      kind: 'appointment',
      action: 'changed',
      target: _id,
      sourceId: _id.toHexString(),
      fields: [fieldChange('state', 'booked', 'problem'), fieldChange('problem', undefined, ROSTER_PROBLEM)],
      where: { state: 'booked' },
      note: { code: 'not together' },
      warning: true,
    })),
    ...mended.map(({ _id, problem }): Change => ({
      kind: 'appointment',
      action: 'restored',
      target: _id,
      sourceId: _id.toHexString(),
      fields: [fieldChange('state', 'problem', 'booked'), fieldChange('problem', problem, undefined)],
      where: { state: 'problem', problem },
    })),
  ]);
}

/** Which teacher and student are together in an active class of the event, or would be after a preview: "teacher student". */
async function pairsOf(run: HeldRun, event: Event, students: Types.ObjectId[]): Promise<Set<string>> {
  const wanted = new Set(students.map((id) => id.toHexString()));
  const stored = await Class.find(
    { event: event._id, 'synced.students': { $in: students }, status: 'active' },
    { 'synced.students': 1, 'synced.teachers': 1, status: 1 },
  ).lean<Taught[]>();
  const classes = run.preview ? await withPlanned(run, stored, students) : stored;
  const pairs = new Set<string>();
  for (const { synced } of classes) {
    for (const student of synced.students.map((id) => id.toHexString()).filter((id) => wanted.has(id)))
      for (const teacher of synced.teachers) pairs.add(`${teacher.toHexString()} ${student}`);
  }
  return pairs;
}

type Taught = Pick<Class, '_id' | 'status'> & { synced: Pick<Class['synced'], 'students' | 'teachers'> };

/** Classes as they would be after the preview, those among them which the students would come into. */
async function withPlanned(run: HeldRun, stored: Taught[], students: Types.ObjectId[]): Promise<Taught[]> {
  const planned = await plannedFor(
    run.id,
    stored.map(({ _id }) => _id),
  );
  const after = stored.map((item) => {
    const row = planned.get(item._id.toHexString());
    return row ? overlay(item, row) : item;
  });
  const joined = await RosterChange.find({
    run: run.id,
    kind: 'class',
    $or: [
      { 'document.synced.students': { $in: students } },
      { fields: { $elemMatch: { path: 'synced.students', after: { $in: students } } } },
    ],
  }).lean();
  const others = await Class.find({ _id: { $in: joined.map(({ target }) => target) } }).lean<Taught[]>();
  const byId = new Map(others.map((item) => [item._id.toHexString(), item]));
  const coming = joined.flatMap((row) => {
    if (row.document) return row.document as unknown as Taught;
    const item = byId.get(row.target.toHexString());
    return item ? overlay(item, row) : [];
  });
  return [...after, ...coming].filter(({ status }) => status === 'active');
}
