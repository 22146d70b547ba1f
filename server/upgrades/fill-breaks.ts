import { Event } from '../models/event.js';
import { Slot } from '../models/slot.js';

/** Until version 1.0 the break after an event's slots was that of the generator's last run. Each slot gets it as its own. */
export async function fillBreaks(): Promise<void> {
  const laid = Event.find({ 'lastSlots.breakMinutes': { $gt: 0 } }, { account: 1, lastSlots: 1 }).lean();
  for await (const { _id, account, lastSlots } of laid)
    await Slot.updateMany(
      { account, event: _id, breakMinutes: { $exists: false } },
      { $set: { breakMinutes: lastSlots?.breakMinutes ?? 0 } },
    );
}
