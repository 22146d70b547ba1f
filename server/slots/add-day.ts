import { Event, MAX_DAYS } from '../models/event.js';

/**
 * Adds days that get slots to the event's own days, so that every slot is on a day that some page shows. Doing it twice changes nothing.
 */
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
