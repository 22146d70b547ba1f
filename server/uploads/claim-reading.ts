import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { RosterUpload } from '../models/roster-upload.js';
import { dropContent } from './drop-content.js';

/** A reading that has shown no progress for this long has lost its worker. */
export const SILENT_MS = 60_000;
/** A file that has ended its worker this often is not tried again. */
const MOST_TRIES = 3;

/** The right to read an upload. In the whole database one upload is read at a time, by one worker. */
export interface Reading {
  upload: RosterUpload;
  /** The filter for every write of this reading; it matches nothing once another worker took over. */
  mine: { _id: Types.ObjectId; account: Types.ObjectId; fence: number };
}

/** @returns undefined if the upload needs no reading any more, or another one is being read */
export async function claimReading(deps: Deps, id: string): Promise<Reading | undefined> {
  await freeSilent(deps);
  const now = deps.now();
  try {
    const upload = await RosterUpload.findOneAndUpdate(
      { _id: id, state: 'reading', stored: true, lock: { $exists: false } },
      { $set: { lock: 'reading', beatAt: now }, $inc: { fence: 1, tries: 1 } },
      { returnDocument: 'after' },
    ).lean();
    if (!upload) return undefined;
    const { _id, account, fence = 0 } = upload;
    return { upload, mine: { _id, account, fence } };
  } catch (error) {
    // Another upload is being read; this one's turn comes afterwards.
    if (isDuplicateKey(error)) return undefined;
    throw error;
  }
}

/** Frees the right of a worker that went silent, and gives up uploads that ended their workers again and again. */
export async function freeSilent(deps: Deps): Promise<void> {
  const before = new Date(deps.now().getTime() - SILENT_MS);
  await RosterUpload.updateOne(
    { lock: 'reading' as const, beatAt: { $lt: before } },
    { $unset: { lock: 1 }, $inc: { fence: 1 } },
  );
  const worn = { state: 'reading' as const, lock: { $exists: false }, tries: { $gte: MOST_TRIES } };
  for (const { _id, account } of await RosterUpload.find(worn, { account: 1 }).lean()) {
    await RosterUpload.updateOne({ _id, ...worn }, { $set: { state: 'cut off' } });
    await dropContent(account, [_id]);
  }
}
