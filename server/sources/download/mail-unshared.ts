import type { Deps } from '../../deps.js';
import type { Account } from '../../models/account.js';
import { RosterRun } from '../../models/roster-run.js';
import { mailAdministrators } from '../../notifications/mail-administrators.js';

/** Emails the account's administrators that the district no longer shares anything: once, until it shares something again. */
export async function mailUnshared(
  deps: Pick<Deps, 'config' | 'queue' | 'now'>,
  account: Pick<Account, '_id' | 'name'>,
): Promise<void> {
  const good = await RosterRun.findOne(
    { account: account._id, state: 'done', purpose: 'sync', unshared: { $exists: false } },
    { _id: 1 },
  )
    .sort({ createdAt: -1 })
    .lean();
  await mailAdministrators(deps, account, {
    kind: 'nothing shared',
    subject: `${account.name}: your district no longer shares anything with Slotbell`,
    text: `The last roster sync found no students, teachers, or classes in Clever: your district no longer shares them with Slotbell. Nothing was removed, and parents can book as before, but changes at your schools don’t arrive.\n\nAsk the district’s Clever administrator to share your schools with Slotbell again. Then sync again:\n${deps.config.publicUrl}/importer\n`,
    key: `unshared:${account._id.toHexString()}:${good?._id.toHexString() ?? 'first'}`,
  });
}
