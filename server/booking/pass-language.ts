import type { Types } from 'mongoose';
import { Household } from '../models/household.js';

/** Gives a household that receives meetings their family's language, unless it has one, and marks the meetings. May be repeated. */
export async function passLanguage(
  { interpreter }: Pick<Household, 'interpreter'>,
  to: Types.ObjectId,
): Promise<void> {
  if (interpreter)
    await Household.updateOne({ _id: to, interpreter: { $exists: false } }, { $set: { interpreter } });
  await Household.updateOne({ _id: to, interpreter: { $exists: true } }, { $set: { interpreting: true } });
}
