import type { Types } from 'mongoose';
import { DrawEntry } from '../models/draw-entry.js';

/** What families wish of one that goes is of the one that remains. A wish that a family has twice then is fulfilled as often as limits allow. */
export async function renameWishes(
  events: Types.ObjectId[],
  field: 'student' | 'resource',
  from: Types.ObjectId,
  to: Types.ObjectId,
): Promise<void> {
  const [path, place] = field === 'student' ? ['students', 'students.$[one]'] : ['resource', 'resource'];
  await DrawEntry.updateMany(
    { event: { $in: events }, [`wishes.${path}`]: from },
    { $set: { [`wishes.$[wish].${place}`]: to } },
    { arrayFilters: [{ [`wish.${path}`]: from }, ...(field === 'student' ? [{ one: from }] : [])] },
  );
}
