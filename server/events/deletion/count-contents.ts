import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { Class } from '../../models/class.js';
import type { Event } from '../../models/event.js';
import { Notification } from '../../models/notification.js';
import { Resource } from '../../models/resource.js';
import { Slot } from '../../models/slot.js';
import { SyncRun } from '../../models/sync-run.js';
import { User } from '../../models/user.js';

/** What is deleted with an event. */
export interface Contents {
  classes: number;
  teachers: number;
  slots: number;
  appointments: number;
  /** Those of them that are booked and in the future. */
  ahead: number;
  mails: number;
  runs: number;
  /** Logins that have access only to this event. */
  accesses: number;
}

export async function countContents(
  { _id: event, account }: Pick<Event, '_id' | 'account'>,
  now: Date,
): Promise<Contents> {
  const [classes, teachers, slots, appointments, ahead, mails, runs, accesses] = await Promise.all([
    Class.countDocuments({ event, account }),
    Resource.countDocuments({ event, account }),
    Slot.countDocuments({ event, account }),
    Appointment.countDocuments({ event, account, state: { $in: [...LIVING_STATES, 'cancelled'] } }),
    Appointment.countDocuments({ event, account, state: { $in: LIVING_STATES }, from: { $gt: now } }),
    Notification.countDocuments({ account, event }),
    SyncRun.countDocuments({ event, account }),
    User.countDocuments({ 'grants.account': account, 'grants.event': event }),
  ]);
  return { classes, teachers, slots, appointments, ahead, mails, runs, accesses };
}

/** Whether a sync of the event runs or waits: the event is not deleted meanwhile. */
export async function isSyncing(event: Event['_id']): Promise<boolean> {
  return (await SyncRun.exists({ event, state: { $in: ['queued', 'running'] } })) !== null;
}
