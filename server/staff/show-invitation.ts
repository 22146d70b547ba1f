import type { Outcome, StaffInvitation } from '../models/staff-invitation.js';
import { stagesOf, type ShownStage } from '../runs/show/show-run.js';
import { countOf } from '../web/format-count.js';
import { INVITATION_STAGES } from './run-invitations.js';

/** The progress bar of a bulk invitation. */
export function invitationStages(invitation: StaffInvitation, now: Date): ShownStage[] {
  return stagesOf(invitation, null, INVITATION_STAGES, now).map((stage) => ({ ...stage, label: 'People' }));
}

/** The results of a bulk invitation, in a sentence or two. */
export function sayInvitation(invitation: StaffInvitation, hasServer: boolean): string {
  const { state, outcomes, people } = invitation;
  if (state === 'queued') return 'Waiting for its turn. You can leave this page; it continues automatically.';
  if (state === 'running') return 'Sending invitations. You can leave this page; it continues automatically.';
  const invited = outcomes.filter(({ what }) => what === 'invited').length;
  const mails = hasServer
    ? 'invited by email'
    : 'invited. No email server is set up: the emails are in the Outbox';
  const done = `${countOf(invited, 'person is', 'people are')} ${mails}.`;
  if (state === 'done') return done;
  return `Slotbell couldn’t finish. ${done} Invite the other ${countOf(people.length - outcomes.length, 'person', 'people')} again.`;
}

/** Why some people got no mail, by result. */
export const OUTCOME_WORDS: Record<Exclude<Outcome, 'invited'>, string> = {
  given: 'Already works here, and now has this access',
  'has account': 'Has a staff account, or is invited already',
  'no email': 'No email address',
  'bad email': 'The email address on the roster isn’t complete. Correct it, then invite again',
  'shared email':
    'Others on the roster have the same email address. Give each person their own, then invite again',
  blocked: 'Your school blocked this login as a parent',
  gone: 'No longer on the roster, or no longer invited',
};
