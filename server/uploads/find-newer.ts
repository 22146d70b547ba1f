import type { Types } from 'mongoose';
import { RosterUpload } from '../models/roster-upload.js';

/** A later upload that can be imported, or was. */
export type NewerUpload = Pick<RosterUpload, '_id' | 'state' | 'createdAt'>;

/** The account's latest upload, if it is later than the given one: importing the older one would replace newer data. */
export async function findNewerUpload(
  account: Types.ObjectId,
  { createdAt }: Pick<RosterUpload, 'createdAt'>,
): Promise<NewerUpload | null> {
  const newer = {
    account,
    createdAt: { $gt: createdAt },
    state: { $in: ['ready' as const, 'used' as const] },
  };
  return RosterUpload.findOne(newer, { state: 1, createdAt: 1 }).sort({ createdAt: -1 }).lean();
}

/** That there is a later upload, as a sentence without its end. */
export function sayNewer({ state }: Pick<NewerUpload, 'state'>): string {
  return state === 'used' ? 'A newer upload has been imported' : 'There’s a newer upload';
}
