import { Event, MAX_DAYS } from '../models/event.js';

/** What is wrong with slots on a further day. */
export const TOO_MANY_DAYS = `An event has ${String(MAX_DAYS)} days at most. Remove one in the event’s settings first.`;

/** Whether the event has no room for a day that it has not. */
export function isOneDayTooMany({ days }: Pick<Event, 'days'>, day: string): boolean {
  return !days.includes(day) && days.length >= MAX_DAYS;
}

/** Adds days that get slots to the event's days, so that some page shows every slot. May be repeated. */
export async function addDays(event: Pick<Event, '_id' | 'account' | 'days'>, days: string[]): Promise<void> {
  for (const day of days.filter((one) => !event.days.includes(one)))
    await Event.updateOne(
      {
        _id: event._id,
        account: event.account,
        days: { $ne: day },
        [`days.${MAX_DAYS - 1}`]: { $exists: false },
      },
      { $push: { days: { $each: [day], $sort: 1 } } },
    );
}
