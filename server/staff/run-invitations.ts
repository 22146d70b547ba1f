import type { Types } from 'mongoose';
import { inviteAgain } from '../accounts/invite-again.js';
import { inviteStaff, offerOf } from '../accounts/invite-staff.js';
import { isSent } from '../accounts/send-link.js';
import { readStates } from '../accounts/read-states.js';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { Contact, contactName } from '../models/contact.js';
import { StaffInvitation, type Outcome } from '../models/staff-invitation.js';
import type { ActiveRun } from '../runs/engine/active-run.js';
import { TIMING, type Timing } from '../runs/engine/timing.js';
import { workRun } from '../runs/engine/work-run.js';
import { emailAddress } from '../web/form-fields.js';
import { readShared } from './queries.js';

export const INVITATION_STAGES = ['people'] as const;

/**
 * Invites the people of a bulk invitation one after another, unless another worker is doing it. Each result is stored under the person, and
 * each mail's key names the invitation and the person: if a worker dies, the next one continues, and nobody gets two mails.
 */
export async function runInvitations(
  deps: Deps,
  key: string,
  stopping: AbortSignal,
  timing: Timing = TIMING,
): Promise<void> {
  await workRun(deps, StaffInvitation, key, { stages: INVITATION_STAGES, timing, stopping }, (taken, run) =>
    inviteEach(deps, taken, run),
  );
}

async function inviteEach(deps: Deps, invitation: StaffInvitation, run: ActiveRun): Promise<void> {
  const { account, people } = invitation;
  const { name: accountName } = await Account.findById(account, { name: 1 }).orFail().lean();
  const done = new Set(invitation.outcomes.map(({ person }) => person.toHexString()));
  const roster = { stateOf: await readStates(account, deps.now()), shared: await readShared(account) };
  await run.begin('people', people.length);
  await run.step(done.size);
  for (const person of people) {
    if (done.has(person.toHexString())) continue;
    const key = `${invitation._id.toHexString()}:${person.toHexString()}`;
    const actor = { account, user: invitation.by, accountName };
    const what =
      invitation.kind === 'again'
        ? await inviteAgain(deps, actor, person, key)
        : await inviteOne(deps, invitation, person, { actor, key, ...roster });
    await StaffInvitation.updateOne(
      { _id: invitation._id, 'outcomes.person': { $ne: person } },
      { $push: { outcomes: { person, what } } },
    );
    await run.step(1);
  }
}

async function inviteOne(
  deps: Deps,
  { account, level = 'resource administrator' }: StaffInvitation,
  id: Types.ObjectId,
  {
    actor,
    key,
    stateOf,
    shared,
  }: {
    actor: Parameters<typeof inviteStaff>[1];
    key: string;
    stateOf: Awaited<ReturnType<typeof readStates>>;
    shared: Set<string>;
  },
): Promise<Outcome> {
  const contact = await Contact.findOne({
    account,
    _id: id,
    type: { $in: ['teacher', 'staff'] },
    status: 'active',
  }).lean();
  if (!contact) return 'gone';
  if (!contact.email) return 'no email';
  // An earlier attempt may have mailed them and died.
  const isMailed = (await isSent(key)) || (await isSent(offerOf(key)));
  const address = emailAddress().validate(contact.email) as { error?: unknown; value: string };
  if (address.error) return 'bad email';
  if (!isMailed && shared.has(address.value)) return 'shared email';
  if (!isMailed && stateOf(contact) !== 'none') return 'has account';
  const invited = await inviteStaff(
    deps,
    actor,
    {
      name: contactName(contact),
      email: address.value,
      scope: 'contact',
      level,
      events: [],
      contact: contact._id,
    },
    key,
  );
  if (invited.ok) return invited.now ? 'given' : 'invited';
  if (invited.reason === 'has access') return isMailed ? 'invited' : 'has account';
  return invited.reason === 'blocked' ? 'blocked' : 'gone';
}
