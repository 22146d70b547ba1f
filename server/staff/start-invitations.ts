import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { StaffInvitation } from '../models/staff-invitation.js';
import type { Actor } from '../web/actor.js';

/**
 * Starts a bulk invitation. Pressing the same page's button twice gives the first one.
 * @returns its id
 */
export async function startInvitations(
  deps: Pick<Deps, 'queue' | 'now'>,
  { account, user }: Pick<Actor, 'account' | 'user'>,
  asked: Pick<StaffInvitation, 'kind' | 'people' | 'once'> & Partial<Pick<StaffInvitation, 'level'>>,
): Promise<Types.ObjectId> {
  let id: Types.ObjectId;
  try {
    const made = await StaffInvitation.create({
      account,
      by: user,
      state: 'queued',
      createdAt: deps.now(),
      ...asked,
    });
    id = made._id;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const first = await StaffInvitation.findOne({ account, once: asked.once }, { _id: 1 }).orFail().lean();
    return first._id;
  }
  await recordAudit({
    account,
    user,
    action: asked.kind === 'invite' ? 'invite many staff' : 'invite staff again',
    targets: [id],
    detail: { people: asked.people.length, ...(asked.level ? { level: asked.level } : {}) },
    at: deps.now(),
  });
  await deps.queue.add('invite-staff', id.toHexString());
  return id;
}
