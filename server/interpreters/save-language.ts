import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { reconcileInterpreter } from '../booking/reconcile-interpreter.js';
import type { Deps } from '../deps.js';
import type { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { markHousehold } from './reconcile-interpreters.js';

/**
 * Stores the language in which a household needs an interpreter, for later events too, and goes through its coming meetings: each gets an
 * interpreter, keeps theirs, or loses them.
 * @param language its code; '' for none
 */
export async function saveLanguage(
  deps: Deps,
  { account, _id: event }: Pick<Event, '_id' | 'account'>,
  { household, user, language }: { household: Types.ObjectId; user: Types.ObjectId; language: string },
): Promise<boolean> {
  const same = language || { $exists: false };
  if (await Household.exists({ _id: household, account, interpreter: same })) return true;
  const saved = await Household.updateOne(
    { _id: household, account },
    language
      ? { $set: { interpreter: language, interpreting: true } }
      : { $set: { interpreting: true }, $unset: { interpreter: 1 } },
  );
  if (saved.matchedCount === 0) return false;
  await recordAudit({
    ...{ account, event, user, at: deps.now() },
    action: 'ask for interpreter',
    targets: [household],
    detail: { language },
  });
  for (const id of await markHousehold(household, deps.now())) await reconcileInterpreter(deps, id);
  return true;
}
