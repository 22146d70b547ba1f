import { Class, hashClass } from '../models/class.js';
import { eventIds } from './find-clash.js';
import { exchange, type Move } from './move-bookings.js';

/** Replaces the contact that is removed by the remaining one in the classes of every event, as teacher and student, each only once. */
export async function moveClasses({ account, keep, drop }: Move): Promise<number> {
  const event = { $in: await eventIds(account) };
  const found = await Class.find(
    {
      $or: [
        { event, 'synced.teachers': drop },
        { event, 'synced.students': drop },
      ],
    },
    { synced: 1 },
  ).lean();
  for (const { _id, synced } of found) {
    const teachers = exchange(synced.teachers, drop, keep);
    const students = exchange(synced.students, drop, keep);
    // Hashed as event updates do, so that the next sync finds the class unchanged. A hand-made class has no hash.
    await Class.updateOne(
      { _id },
      {
        $set: {
          'synced.teachers': teachers,
          'synced.students': students,
          'synced.hash': synced.hash && hashClass({ ...synced, teachers, students }),
        },
      },
    );
  }
  return found.length;
}
