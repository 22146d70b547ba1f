import type { Account } from '../../models/account.js';
import { readsSource } from '../../models/run.js';
import { stagesOfRefresh } from '../../roster/run/run-refresh.js';
import { stagesOfSync } from '../../sync/runs/run-sync.js';
import type { RunPlace } from '../../runs/show/queries.js';

/** The stages that a run will go through, as far as is known beforehand. */
export function expectedStages({ run, event }: RunPlace, account: Account): string[] {
  if (!event) return stagesOfRefresh(account, run);
  const hasRefresh = 'refresh' in run && run.refresh;
  return [...(readsSource(run) || hasRefresh ? stagesOfRefresh(account, run) : []), ...stagesOfSync(run)];
}
