import { Account } from '../../models/account.js';
import { readsSource } from '../../models/run.js';
import { stagesOfRefresh } from '../../roster/run/run-refresh.js';
import { stagesOfSync } from '../../sync/runs/run-sync.js';
import type { RunPlace } from '../../runs/show/queries.js';

/** The stages that a run will go through, as far as is known beforehand. */
export async function expectedStages({ run, event }: RunPlace): Promise<string[]> {
  const account = await Account.findById(run.account).orFail().lean();
  if (!event) return stagesOfRefresh(account, run);
  const hasRefresh = 'refresh' in run && run.refresh;
  return [...(readsSource(run) || hasRefresh ? stagesOfRefresh(account, run) : []), ...stagesOfSync(run)];
}
