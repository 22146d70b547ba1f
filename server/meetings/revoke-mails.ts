import type { Appointment } from '../models/appointment.js';
import { Notification } from '../models/notification.js';

type Booked = Pick<Appointment, '_id' | 'undoUntil'>;

/** A filter for the mails about a booking, by their keys (`tell-household.ts`): ';' follows ':' in the order of bytes. */
const tellingOf = ({ _id }: Booked) => ({
  key: { $gt: `booked:${_id.toHexString()}:`, $lt: `booked:${_id.toHexString()};` },
});

/** Takes back mails about an ended booking that still wait because the booking could be undone. */
export async function revokeMails(ended: Booked, now: Date): Promise<void> {
  if (!ended.undoUntil) return;
  await Notification.deleteMany({
    ...tellingOf(ended),
    state: { $in: ['queued', 'kept'] },
    attempts: 0,
    nextAt: { $gt: now },
  });
}

/** Whether anybody was mailed about a booking, or will be. A family that never heard of it needs no mail about its end. */
export async function wasTold(booked: Booked): Promise<boolean> {
  return !booked.undoUntil || (await Notification.exists(tellingOf(booked))) !== null;
}
