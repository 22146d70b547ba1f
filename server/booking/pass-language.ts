import type { Types } from 'mongoose';
import { Household } from '../models/household.js';

/**
 * Gives a household the language of another one whose meetings it receives, unless it has named a language itself, and marks its meetings
 * for a new choice of interpreter. May be repeated.
 */
export async function passLanguage(
  { interpreter }: Pick<Household, 'interpreter'>,
  to: Types.ObjectId,
): Promise<void> {
  if (interpreter)
    await Household.updateOne({ _id: to, interpreter: { $exists: false } }, { $set: { interpreter } });
  await Household.updateOne({ _id: to, interpreter: { $exists: true } }, { $set: { interpreting: true } });
}
