import { Account } from '../../models/account.js';
import { mayRunAll, type Actor } from '../../web/actor.js';

/** The page that mends what a failed run stands on: Clever's set-up where Clever refuses the saved access; '' for whoever may not open it. */
export async function findMend(actor: Actor): Promise<string> {
  if (!mayRunAll(actor)) return '';
  const refused = await Account.exists({ _id: actor.account, 'clever.approval': 'refused' });
  return refused ? '/global-setup/clever#access' : '';
}
