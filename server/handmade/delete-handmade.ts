import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { removeSlots } from '../slots/remove-slots.js';
import type { Actor } from '../web/actor.js';
import { hideHandmade } from './edit-handmade.js';
import type { Handmade } from './queries.js';

/**
 * Deletes something made by hand, with its slots. It is hidden first, so that nobody books it any more. If somebody has booked it or is
 * about to, it stays hidden, and a repetition continues. Past meetings keep their slots, and its name stays known for them and for canceled
 * ones.
 * @returns how many slots keep it from being deleted; 0: it is deleted
 */
export async function deleteHandmade(
  deps: Pick<Deps, 'now'>,
  actor: Actor,
  handmade: Handmade,
): Promise<number> {
  const { _id, account, event } = handmade;
  await hideHandmade(deps, actor, handmade, true);
  const now = deps.now();
  const scope = { account, event, resource: _id };
  const slots = await Slot.find(scope, { state: 1, message: 1 }).lean();
  const { booked, held } = await removeSlots(actor, { _id: event, account }, slots, now);
  const ahead = { ...scope, to: { $gt: now } };
  const left = await Slot.countDocuments({ ...ahead, _id: { $in: [...booked, ...held] } });
  // This also counts a slot that somebody made meanwhile.
  if (left > 0 || (await Slot.exists(ahead))) return Math.max(left, 1);
  await Slot.updateMany(
    { event, account, with: { $eq: _id, $exists: true }, to: { $gt: now } },
    { $pull: { with: _id }, $set: { unsettled: true } },
  );
  await Resource.updateOne(
    { _id, account, event, status: 'active', 'byHand.hidden': true },
    { $set: { status: 'gone' } },
  );
  await recordAudit({
    ...{ account, event, user: actor.user, targets: [_id], at: deps.now() },
    action: 'delete bookable',
    detail: { slots: slots.length },
  });
  return 0;
}
