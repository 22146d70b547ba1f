import type { Deps } from '../deps.js';
import { RosterUpload } from '../models/roster-upload.js';
import { freeSilent } from './claim-reading.js';

/** Queues again the upload that has waited longest, also if a worker was killed while reading it. */
export async function resumeUploads(deps: Deps): Promise<void> {
  await freeSilent(deps);
  const next = await RosterUpload.findOne(
    { state: 'reading', stored: true, lock: { $exists: false } },
    { _id: 1 },
  )
    .sort({ createdAt: 1 })
    .lean();
  if (next) await deps.queue.add('read-upload', next._id.toHexString());
}
