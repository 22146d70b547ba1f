import { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { AuditEntry } from '../models/audit-entry.js';
import { Contact, recordIds } from '../models/contact.js';
import { Duplicate } from '../models/duplicate.js';
import type { Actor } from '../web/actor.js';
import { forgetStand } from './decide-identity.js';

type Decider = Pick<Actor, 'account' | 'user'>;

export interface KeptBoth {
  /** The audit entry, needed to undo it. */
  entry: Types.ObjectId;
  /** How many pairs were decided; somebody had decided the others already. */
  pairs: number;
}

const KEEP_BOTH = 'keep both contacts';

/** Decides that the listed pairs are two people each. This lasts: they are neither listed nor matched again. */
export async function keepBoth(
  { now }: Pick<Deps, 'now'>,
  { account, user }: Decider,
  asked: readonly Types.ObjectId[],
): Promise<KeptBoth> {
  const at = now();
  const open = await Duplicate.find({
    account,
    _id: { $in: asked },
    state: 'open',
    newcomer: { $exists: false },
  }).lean();
  // The former holder of the number goes with the next sync if the source no longer has them.
  const anyRecycled = open.some(({ recycled }) => recycled);
  if (anyRecycled) await forgetStand(account);
  const ids = open.flatMap(({ contact, candidate }) => [contact, candidate]);
  const contacts = await Contact.find({ account, _id: { $in: ids } }, { record: 1 }).lean();
  const held = new Map(contacts.map((contact) => [contact._id.toHexString(), recordIds(contact)]));
  const decided: Types.ObjectId[] = [];
  for (const { _id, contact, candidate } of open) {
    const records = [contact, candidate].flatMap((one) =>
      (held.get(one.toHexString()) ?? []).map((id) => ({ contact: one, id })),
    );
    const saved = await Duplicate.updateOne(
      { _id, state: 'open' },
      {
        $set: {
          state: 'separate',
          decidedAt: at,
          decidedBy: user,
          ...(records.length > 0 ? { records } : {}),
        },
      },
    );
    if (saved.modifiedCount === 1) decided.push(_id);
  }
  // Repeated, as a sync in between may have found them still in doubt.
  if (anyRecycled) await forgetStand(account);
  const entry = new Types.ObjectId();
  if (decided.length > 0)
    await recordAudit({
      _id: entry,
      account,
      user,
      action: KEEP_BOTH,
      targets: decided,
      detail: { pairs: decided.length },
      at,
    });
  return { entry, pairs: decided.length };
}

/** Puts pairs that were kept apart back on the list. @returns how many */
export async function reopenPairs(
  { now }: Pick<Deps, 'now'>,
  { account, user }: Decider,
  asked: readonly Types.ObjectId[],
): Promise<number> {
  const { modifiedCount } = await Duplicate.updateMany(
    { account, _id: { $in: asked }, state: 'separate' },
    { $set: { state: 'open' }, $unset: { decidedAt: 1, decidedBy: 1, records: 1 } },
  );
  if (modifiedCount > 0)
    await recordAudit({
      account,
      user,
      action: 'put duplicates back',
      targets: [...asked],
      detail: { pairs: modifiedCount },
      at: now(),
    });
  return modifiedCount;
}

/** Undoes one decision to keep both. @returns how many pairs are listed again; undefined if there is no such decision */
export async function undoKeepBoth(
  deps: Pick<Deps, 'now'>,
  actor: Decider,
  entry: Types.ObjectId,
): Promise<number | undefined> {
  const found = await AuditEntry.findOne({ _id: entry, account: actor.account, action: KEEP_BOTH }).lean();
  return found ? reopenPairs(deps, actor, found.targets) : undefined;
}
