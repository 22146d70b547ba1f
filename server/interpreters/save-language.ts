import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { reconcileInterpreter } from '../booking/reconcile-interpreter.js';
import type { Deps } from '../deps.js';
import type { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { markHousehold } from './reconcile-interpreters.js';

/**
 * Notes the language in which a household needs an interpreter, also for later events, and goes through the meetings it has ahead: each gets
 * one, keeps theirs, or has none anymore.
 * @param language its code; '' where it needs none
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
