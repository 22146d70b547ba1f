import { Account } from '../../models/account.js';
import { mayRunAll, type Actor } from '../../web/actor.js';

/** The page where a run's failure can be fixed: Clever's setup, if its access was rejected; '' for somebody who may not open it. */
export async function findMend(actor: Actor): Promise<string> {
  if (!mayRunAll(actor)) return '';
  const refused = await Account.exists({ _id: actor.account, 'clever.approval': 'refused' });
  return refused ? '/global-setup/clever#access' : '';
}
