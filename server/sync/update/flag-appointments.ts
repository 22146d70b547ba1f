import { Appointment, LIVING_STATES, type AppointmentProblem } from '../../models/appointment.js';
import type { Event } from '../../models/event.js';
import { fieldChange, type Change } from '../../runs/changes/change.js';
import { makeChanges } from '../../runs/changes/make-changes.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { taughtAfter, taughtNow } from './find-taught.js';
import { judgeAppointments, LOOKED, type Looked } from './judge-appointments.js';

const BATCH = 500;
const NOT_TOGETHER: AppointmentProblem = { code: 'not together' };

/**
 * Keeps appointments, whatever the roster says. If the student is no longer in an active class of the teacher, the appointment goes on the
 * problem list; it leaves the list when they share a class again.
 */
export async function flagAppointments(run: ActiveRun, event: Event): Promise<void> {
  const living = { event: event._id, state: { $in: LIVING_STATES } };
  await run.begin('appointments', await Appointment.countDocuments(living));
  const cursor = Appointment.find(living, LOOKED).lean().cursor({ batchSize: BATCH });
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

async function flagBatch(run: ActiveRun, event: Event, batch: Looked[]): Promise<void> {
  const findTaught = run.preview ? taughtAfter(run.id, event) : taughtNow(event);
  const { broken, mended } = await judgeAppointments(event, batch, findTaught);
  run.count('appointment', 'read', batch.length);
  run.count('appointment', 'unchanged', batch.length - broken.length - mended.length);
  await makeChanges(run, Appointment.collection, [
    ...broken.map(({ _id }): Change => ({
      kind: 'appointment',
      action: 'changed',
      target: _id,
      sourceId: _id.toHexString(),
      fields: [fieldChange('state', 'booked', 'problem'), fieldChange('problem', undefined, NOT_TOGETHER)],
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
