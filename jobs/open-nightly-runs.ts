import { resumeDeletions } from '../server/contacts/deletion/resume-deletions.js';
import { resumeInvitations } from '../server/staff/resume-invitations.js';
import { openNights } from '../server/sync/nights/open-nights.js';
import { resumeRuns, wipeOldDownloads } from '../server/sync/nights/resume-runs.js';
import { resumeUploads } from '../server/uploads/resume-uploads.js';
import type { Recurring } from './job.js';

/**
 * Adds the nightly syncs whose time has come, queues runs, uploads, deletions and invitations again that wait or lost their worker, and removes
 * what such a worker had downloaded.
 */
export const openNightlyRuns: Recurring = {
  name: 'open-nightly-runs',
  everyMs: 20_000,
  run: async (deps) => {
    await resumeRuns(deps);
    await wipeOldDownloads(deps);
    await resumeUploads(deps);
    await resumeDeletions(deps);
    await resumeInvitations(deps);
    await openNights(deps);
  },
};
