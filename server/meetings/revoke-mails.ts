import type { Appointment } from '../models/appointment.js';
import { Notification } from '../models/notification.js';

type Booked = Pick<Appointment, '_id' | 'undoUntil'>;

/** The mails that tell of a booking, by their keys (`tell-household.ts`). ';' follows ':' in the order of bytes. */
const tellingOf = ({ _id }: Booked) => ({
  key: { $gt: `booked:${_id.toHexString()}:`, $lt: `booked:${_id.toHexString()};` },
});

/** Takes back what was to be mailed of a booking that has ended, as far as it still waits for the end of the time to undo it. */
export async function revokeMails(ended: Booked, now: Date): Promise<void> {
  if (!ended.undoUntil) return;
  await Notification.deleteMany({
    ...tellingOf(ended),
    state: { $in: ['queued', 'kept'] },
    attempts: 0,
    nextAt: { $gt: now },
  });
}

/** Whether anybody was mailed of a booking, or will be: who knows nothing of it needs no word of its end. */
export async function wasTold(booked: Booked): Promise<boolean> {
  return !booked.undoUntil || (await Notification.exists(tellingOf(booked))) !== null;
}
