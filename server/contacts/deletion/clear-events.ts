import type { Types } from 'mongoose';
import { Class } from '../../models/class.js';
import { Event } from '../../models/event.js';
import { Resource } from '../../models/resource.js';
import { Slot } from '../../models/slot.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { deleteAll } from './delete-batches.js';

/**
 * Removes the deleted people from one event. Classes from the roster are deleted, classes made by hand stay without these people, and
 * teachers lose their slots. Appointments have been deleted before.
 * @param staying contacts of people who run events or teach, and stay; if `types` has no teachers, all teachers stay
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
  // Classes that somebody marked as checked are gone, so the mark goes too.
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
  // What was made by hand stays, without these people.
  await Resource.updateMany(
    { event, 'byHand.kind': { $exists: true }, 'byHand.staff': { $exists: true, $nin: [...staying] } },
    { $unset: { 'byHand.staff': 1 } },
  );
}
