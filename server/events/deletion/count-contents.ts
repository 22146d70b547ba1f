import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { Class } from '../../models/class.js';
import type { Event } from '../../models/event.js';
import { countIn, countOfAll, findTogether } from '../../models/find-together.js';
import { Notification } from '../../models/notification.js';
import { Resource } from '../../models/resource.js';
import { Slot } from '../../models/slot.js';
import { SlotMove, UNTOLD_STATES } from '../../models/slot-move.js';
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
  const scope = { event, account };
  const living = { ...scope, state: { $in: LIVING_STATES } };
  const found = await findTogether({
    classes: countOfAll(Class, scope),
    teachers: countOfAll(Resource, scope),
    slots: countOfAll(Slot, scope),
    appointments: countOfAll(Appointment, { ...scope, state: { $in: [...LIVING_STATES, 'cancelled'] } }),
    ahead: countOfAll(Appointment, { ...living, from: { $gt: now } }),
    mails: countOfAll(Notification, scope),
    runs: countOfAll(SyncRun, scope),
    accesses: countOfAll(User, { 'grants.account': account, 'grants.event': event }),
  });
  return {
    classes: countIn(found.classes),
    teachers: countIn(found.teachers),
    slots: countIn(found.slots),
    appointments: countIn(found.appointments),
    ahead: countIn(found.ahead),
    mails: countIn(found.mails),
    runs: countIn(found.runs),
    accesses: countIn(found.accesses),
  };
}

/** A move or cancellation of slots that families haven't been told of: the event is not deleted before, or they would come for nothing. */
export async function findUntold(event: Event['_id']): Promise<Types.ObjectId | undefined> {
  return (await SlotMove.findOne({ event, state: { $in: UNTOLD_STATES } }, { _id: 1 }).lean())?._id;
}

/** Whether a sync of the event runs or waits: the event is not deleted meanwhile. */
export async function isSyncing(event: Event['_id']): Promise<boolean> {
  return (await SyncRun.exists({ event, state: { $in: ['queued', 'running'] } })) !== null;
}
