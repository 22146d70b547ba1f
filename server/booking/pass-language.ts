import type { Types } from 'mongoose';
import { Household } from '../models/household.js';

/**
 * Whose meetings have moved into another household needs an interpreter there too, unless that one has named a language already. Its
 * meetings are marked to be gone through. May be done twice.
 */
export async function passLanguage(
  { interpreter }: Pick<Household, 'interpreter'>,
  to: Types.ObjectId,
): Promise<void> {
  if (interpreter)
    await Household.updateOne({ _id: to, interpreter: { $exists: false } }, { $set: { interpreter } });
  await Household.updateOne({ _id: to, interpreter: { $exists: true } }, { $set: { interpreting: true } });
}
