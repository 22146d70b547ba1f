import { Types } from 'mongoose';
import { User } from '../models/user.js';
import { wordsOf } from '../web/words.js';
import type { Family } from './load-conference.js';

export interface Goer {
  /** An adult's id, or 'all'. */
  id: string;
  name: string;
  isChosen: boolean;
}

/**
 * Who of a family can go to a meeting, where the event lets its adults be at two meetings at once: each adult alone, or all. Empty where
 * there is only one adult. Until somebody chooses, the user goes.
 */
export async function listGoers(
  { event, household, actor }: Pick<Family, 'event' | 'household' | 'actor'>,
  chosen: string | undefined,
): Promise<Goer[]> {
  if (!event.booking.twoAtOnce || household.adults.length < 2) return [];
  const found = await User.find({ _id: { $in: household.adults } }, { name: 1 }).lean();
  const isTheirs = chosen === 'all' || found.some(({ _id }) => _id.toHexString() === chosen);
  const now = isTheirs && chosen ? chosen : actor.user.toHexString();
  const t = wordsOf(event);
  return [
    ...found
      .sort((a, b) => Number(b._id.equals(actor.user)) - Number(a._id.equals(actor.user)))
      .map(({ _id, name }) => ({ id: _id.toHexString(), name })),
    { id: 'all', name: t('goer.all') },
  ].map((goer) => ({ ...goer, isChosen: goer.id === now }));
}

/** The adult who goes alone; undefined for all. */
export function goerIn(chosen: string | undefined): Types.ObjectId | undefined {
  return chosen && chosen !== 'all' ? new Types.ObjectId(chosen) : undefined;
}
