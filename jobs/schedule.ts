import type { JobName } from '../server/queue.js';
import { checkApprovals } from './check-approvals.js';
import { deleteEventsAgain, deleteEventsJob } from './delete-events.js';
import { deleteContactsJob } from './delete-contacts.js';
import { deleteOldJob } from './delete-old.js';
import { deliverNotifications, retryNotifications } from './deliver-notifications.js';
import { expireHoldsJob } from './expire-holds.js';
import { inviteStaffJob } from './invite-staff.js';
import type { OneShot, Recurring } from './job.js';
import { continueMovesJob, moveSlotsJob } from './move-slots.js';
import { keepWaitlistsJob, offerTimesJob } from './keep-waitlists.js';
import { openNightlyRuns } from './open-nightly-runs.js';
import { readUploadJob } from './read-upload.js';
import { keepRehearsalsJob, rehearseJob } from './rehearse.js';
import { continueMailingsJob, sendMailingJob } from './send-mailing.js';
import { sendRemindersJob } from './send-reminders.js';
import { reconcileInterpretersJob } from './reconcile-interpreters.js';
import { tellInterpretersJob } from './tell-interpreters.js';
import { runDrawsJob } from './run-draws.js';
import { runRefreshJob, runSyncJob } from './run-sync.js';

/** The single table of what runs when. Each job only calls a feature. */
export const ONE_SHOTS: Record<JobName, OneShot> = {
  'delete-events': deleteEventsJob,
  'delete-contacts': deleteContactsJob,
  'deliver-notifications': deliverNotifications,
  'invite-staff': inviteStaffJob,
  'move-slots': moveSlotsJob,
  'offer-times': offerTimesJob,
  'read-upload': readUploadJob,
  rehearse: rehearseJob,
  'run-refresh': runRefreshJob,
  'run-sync': runSyncJob,
  'send-mailing': sendMailingJob,
};

export const RECURRING: Recurring[] = [
  checkApprovals,
  continueMailingsJob,
  continueMovesJob,
  deleteEventsAgain,
  deleteOldJob,
  expireHoldsJob,
  keepRehearsalsJob,
  keepWaitlistsJob,
  openNightlyRuns,
  retryNotifications,
  runDrawsJob,
  sendRemindersJob,
  reconcileInterpretersJob,
  tellInterpretersJob,
];
