import { Event, MAX_DAYS } from '../models/event.js';

/** Puts days that get slots among the event's own, so that no slot is on a day which no page shows. Doing it twice is doing it once. */
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
