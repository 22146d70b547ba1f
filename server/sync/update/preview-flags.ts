import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { backwards } from '../../runs/changes/guard-write.js';
import { overlay, plannedFor } from '../../runs/changes/overlay-changes.js';
import { isAt } from '../../runs/changes/read-changes.js';
import { taughtBefore } from './find-taught.js';
import { judgeAppointments, LOOKED, type Looked } from './judge-appointments.js';

/** A large event has three batches: each asks the database a few times. */
const BATCH = 5000;

/**
 * How many of an event's appointments would go on the problem list, or leave it, once a run is undone. What the run itself changed of
 * appointments is undone first.
 */
export async function previewFlags(
  run: Types.ObjectId,
  event: Types.ObjectId,
): Promise<{ broken: number; mended: number }> {
  const sum = { broken: 0, mended: 0 };
  const taught = taughtBefore(run, { _id: event });
  let batch: Looked[] = [];
  const flush = async (): Promise<void> => {
    const { broken, mended } = await judgeAppointments({ _id: event }, await before(run, batch), taught);
    sum.broken += broken.length;
    sum.mended += mended.length;
    batch = [];
  };
  const living = { event, state: { $in: LIVING_STATES } };
  for await (const item of Appointment.find(living, LOOKED).lean().cursor({ batchSize: BATCH })) {
    batch.push(item);
    if (batch.length === BATCH) await flush();
  }
  if (batch.length > 0) await flush();
  return sum;
}

async function before(run: Types.ObjectId, batch: readonly Looked[]): Promise<Looked[]> {
  const rows = await plannedFor(
    run,
    batch.map(({ _id }) => _id),
  );
  return batch.map((item) => {
    const row = rows.get(item._id.toHexString());
    const isOpen = row?.state === 'applied' && isAt('after', item, row.fields);
    return isOpen ? overlay(item, { fields: backwards(row.fields) }) : item;
  });
}
