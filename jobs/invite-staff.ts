import { runInvitations } from '../server/staff/run-invitations.js';
import type { OneShot } from './job.js';

/** Invites many teachers and staff, or those again who have not answered. */
export const inviteStaffJob: OneShot = (deps, key, stopping) => runInvitations(deps, key, stopping);
