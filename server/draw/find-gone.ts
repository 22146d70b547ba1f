import { type DrawEntry, isWished, timesOf, type DrawWish, type WishedTime } from '../models/draw-entry.js';
import { Slot } from '../models/slot.js';

type SeenSlot = Pick<Slot, '_id' | 'from' | 'state' | 'locked'>;

/** The slots that some wishes name, as they are now. */
export function findWished(wishes: DrawWish[], further: DrawWish['slots'] = []): Promise<SeenSlot[]> {
  return Slot.find(
    { _id: { $in: [...wishes.flatMap(({ slots }) => slots), ...further] } },
    { from: 1, state: 1, locked: 1 },
  ).lean();
}

/** Whether a time that was wished for can't be drawn anymore: it was moved, removed or closed. A change that isn't finished is none yet. */
export function isGone(time: WishedTime, slots: SeenSlot[]): boolean {
  const slot = slots.find((one) => isWished(time, one));
  return !slot || (slot.state !== 'visible' && !slot.locked);
}

/** The times that an entry wishes for at some slots' former times. */
export function timesAmong({ wishes }: Pick<DrawEntry, 'wishes'>, former: Map<string, Date>): WishedTime[] {
  return wishes.flatMap(timesOf).filter((time) => {
    const from = former.get(String(time._id));
    return from !== undefined && isWished(time, { _id: time._id, from });
  });
}
