import type { Deps } from '../deps.js';
import type { Account } from '../models/account.js';
import { RosterRun } from '../models/roster-run.js';
import { SyncRun } from '../models/sync-run.js';
import { User } from '../models/user.js';
import { queueMail } from '../notifications/queue-mail.js';
import type { HeldRun } from './runs/hold-run.js';
import { pathOfRefresh, pathOfRun } from './runs/queries.js';
import { heldInWords } from './runs/summarize-run.js';

/**
 * Mails the account's administrators that removals wait for them. The same held again the next night is not told again: a list
 * that stays as long as before is the same list.
 */
export async function tellHeld(
  deps: Pick<Deps, 'config' | 'queue' | 'now'>,
  account: Pick<Account, '_id' | 'name'>,
  run: HeldRun,
): Promise<void> {
  if (run.preview) return;
  const words = heldInWords(run.counts);
  if (words === '' || words === (await heldBefore(run))) return;
  const page = run.event ? pathOfRun(run.id) : pathOfRefresh(run.id);
  const users = await User.find(
    { grants: { $elemMatch: { account: account._id, level: 'administrator' } } },
    { email: 1, name: 1 },
  ).lean();
  for (const { _id, email, name } of users)
    await queueMail(deps, {
      account: account._id,
      ...(run.event ? { event: run.event } : {}),
      kind: 'removals held',
      to: email,
      subject: `${account.name}: the roster sync holds removals until you look`,
      text: `Hello ${name},\n\nthe last roster sync found much missing at the source: ${words}. That is more than usual, so nothing was removed. Please look at the list and accept or reject it:\n${deps.config.publicUrl}${page}\n\nUntil then everybody stays, and parents can book as before.\n`,
      key: `held:${run.id.toHexString()}:${_id.toHexString()}`,
    });
}

async function heldBefore(run: HeldRun): Promise<string> {
  const done = { state: 'done' as const, purpose: 'sync' as const, _id: { $ne: run.id } };
  const last = run.event
    ? await SyncRun.findOne({ ...done, event: run.event }, { counts: 1 })
        .sort({ createdAt: -1 })
        .lean()
    : await RosterRun.findOne({ ...done, account: run.account }, { counts: 1 })
        .sort({ createdAt: -1 })
        .lean();
  return heldInWords(last?.counts ?? {});
}
