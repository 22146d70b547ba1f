import type { Types } from 'mongoose';
import { Household } from '../models/household.js';
import { User } from '../models/user.js';
import type { PlacedEvent } from '../web/place.js';

/** Who of a family goes to a meeting that the desk books. */
export interface Goer {
  /** An adult's id; '' for all. */
  id: string;
  name: string;
}

/** The choice, where the event lets adults be at two meetings at once and the family has several; else []. All go until somebody is chosen. */
export async function listGoers(
  { account, booking }: Pick<PlacedEvent, 'account' | 'booking'>,
  household: Types.ObjectId | undefined,
): Promise<Goer[]> {
  if (!booking.twoAtOnce || !household) return [];
  const family = await Household.findOne({ _id: household, account }, { adults: 1 }).lean();
  if (!family || family.adults.length < 2) return [];
  const adults = await User.find({ _id: { $in: family.adults } }, { name: 1 }).lean();
  return [
    { id: '', name: 'All of them' },
    ...adults.map(({ _id, name }) => ({ id: _id.toHexString(), name })),
  ];
}
