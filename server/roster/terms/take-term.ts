import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { Event } from '../../models/event.js';
import { startSync } from '../start-sync.js';
import { proposeTerms } from './propose-terms.js';

export type TermTaken =
  { ok: true; name: string; run?: Types.ObjectId } | { ok: false; reason: 'not proposed' };

/** Takes a proposed term into an event, in the place of the one that it follows where there is one, and syncs the event. */
export async function takeTerm(
  deps: Deps,
  event: Event,
  term: string,
  by: Types.ObjectId,
): Promise<TermTaken> {
  const proposal = (await proposeTerms(event)).find(({ term: { id } }) => id === term);
  if (!proposal || !event.sync) return { ok: false, reason: 'not proposed' };
  const { id, name, start, end } = proposal.term;
  const kept = event.sync.terms.filter((chosen) => chosen.id !== proposal.instead?.id);
  const saved = await Event.findOneAndUpdate(
    { _id: event._id, account: event.account, 'sync.terms.id': { $ne: id } },
    { $set: { 'sync.terms': [...kept, { id, name, start, end }] } },
    { returnDocument: 'after' },
  ).lean();
  if (!saved) return { ok: false, reason: 'not proposed' };
  await recordAudit({
    account: event.account,
    event: event._id,
    user: by,
    action: 'take term',
    detail: { term: id, instead: proposal.instead?.id ?? '' },
    at: deps.now(),
  });
  const account = await Account.findById(event.account).orFail().lean();
  const started = await startSync(deps, { account, event: saved, trigger: 'sync now', by });
  return { ok: true, name, ...(started.ok ? { run: started.run } : {}) };
}
