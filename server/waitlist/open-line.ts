import type { Types } from 'mongoose';
import { earlyOpening } from '../booking/open-early.js';
import { mayBookNow } from '../booking/policy.js';
import { Account } from '../models/account.js';
import { Event } from '../models/event.js';
import { hasWaitlist } from './policy.js';

/** What is asked of an event before a time is offered in it. */
export interface Line {
  event: Event;
  /** The school's: by its clock nights are quiet. */
  timeZone: string;
  account: Account;
  /** Whether times are offered now: the event has a waitlist and families may book. */
  isMoving: boolean;
}

/** @returns undefined where there is no such event any more */
export async function openLine(id: Types.ObjectId, now: Date): Promise<Line | undefined> {
  const event = await Event.findOne({ _id: id, status: { $ne: 'deleted' } }).lean();
  const account = event && (await Account.findById(event.account).lean());
  if (!event || !account) return undefined;
  const isMoving = hasWaitlist(event) && mayBookNow(asEarliest(event), now, 'household');
  return { event, account, timeZone: account.timeZone, isMoving };
}

/** As it is for families for whom it opens first; what each of them may have is asked of each. */
function asEarliest(event: Event): Event {
  const early = earlyOpening(event);
  return early ? Object.assign({}, event, { booking: { ...event.booking, opensAt: early.at } }) : event;
}
