import type { Types } from 'mongoose';
import { Class } from '../../models/class.js';
import { Event } from '../../models/event.js';
import { Resource } from '../../models/resource.js';
import { Slot } from '../../models/slot.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { deleteAll } from './delete-batches.js';

/**
 * Takes the people who go out of one event: the classes from the roster go, those made by hand stay without them, and teachers who go
 * lose their slots. What was booked is gone before.
 * @param staying contacts of those who run events or teach and stay; `types` has no teachers: all of them do
 */
export async function clearEvent(
  run: ActiveRun,
  event: Types.ObjectId,
  { teachersGo, staying }: { teachersGo: boolean; staying: readonly Types.ObjectId[] },
): Promise<void> {
  if (teachersGo) await deleteResources(run, event, staying);
  await deleteAll(run, Class, { event, section: { $exists: true } });
  await Class.updateMany(
    { event, 'synced.hash': '' },
    {
      $set: { 'synced.students': [] },
      ...(teachersGo ? { $pull: { 'synced.teachers': { $nin: [...staying] } } } : {}),
    },
  );
  // What somebody marked as checked is not there any more.
  await Event.updateOne({ _id: event }, { $pull: { checked: 'classes' } });
  await run.step(1);
}

async function deleteResources(
  run: ActiveRun,
  event: Types.ObjectId,
  staying: readonly Types.ObjectId[],
): Promise<void> {
  const going = await Resource.find(
    { event, contact: { $exists: true, $nin: [...staying] } },
    { _id: 1 },
  ).lean();
  for (const { _id } of going) {
    await Slot.deleteMany({ resource: _id });
    await Slot.updateMany(
      { with: { $eq: _id, $exists: true } },
      { $pull: { with: _id }, $set: { unsettled: true } },
    );
    await Resource.deleteOne({ _id, event });
    await run.step();
  }
  // What was made by hand stays, without them.
  await Resource.updateMany(
    { event, 'byHand.kind': { $exists: true }, 'byHand.staff': { $exists: true, $nin: [...staying] } },
    { $unset: { 'byHand.staff': 1 } },
  );
}
