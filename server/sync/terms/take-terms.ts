import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { Event, type EventSync } from '../../models/event.js';
import { choiceOf } from '../runs/act-on-run.js';
import { startSync } from '../runs/start-sync.js';
import { findLeaving } from './find-leaving.js';
import { proposeTerms, type TermProposal } from './propose-terms.js';

export type TermsTaken =
  { ok: true; names: string[]; run?: Types.ObjectId } | { ok: false; reason: 'not proposed' };

/**
 * Takes proposed terms into an event, in place of those that they follow, and syncs the event. If the followed terms are gone, their
 * classes leave the event without a further question, as with any change of terms.
 */
export async function takeTerms(
  deps: Deps,
  event: Event,
  ids: readonly string[],
  by: Types.ObjectId,
): Promise<TermsTaken> {
  const proposals = await proposeTerms(event, deps.now());
  const taken = proposals.filter(({ term }) => ids.includes(term.id));
  if (taken.length < ids.length || !event.sync) return { ok: false, reason: 'not proposed' };
  const terms = taken.map(({ term: { id, name, start, end } }) => ({ id, name, start, end }));
  const kept = await keptTerms(event, event.sync, proposals, taken);
  const saved = await Event.findOneAndUpdate(
    // Somebody who changes the terms at the same moment is not overruled.
    { _id: event._id, account: event.account, 'sync.terms': event.sync.terms },
    { $set: { 'sync.terms': [...kept, ...terms] } },
    { returnDocument: 'after' },
  ).lean();
  if (!saved) return { ok: false, reason: 'not proposed' };
  const left = event.sync.terms.filter((chosen) => !kept.includes(chosen));
  await recordAudit({
    account: event.account,
    event: event._id,
    user: by,
    action: 'take terms',
    detail: { terms: [...ids], instead: left.map(({ id }) => id) },
    at: deps.now(),
  });
  const account = await Account.findById(event.account).orFail().lean();
  // A change of terms has a trigger of its own: a sync that was requested before and still waits would withhold the classes that leave.
  const trigger = isMove(taken) ? 'sync now' : 'first import';
  const chose = saved.sync && { before: choiceOf(event.sync), after: choiceOf(saved.sync) };
  const started = await startSync(deps, { account, event: saved, trigger, by, ...(chose ? { chose } : {}) });
  return {
    ok: true,
    names: terms.map(({ name }) => name || 'the term without a name'),
    ...(started.ok ? { run: started.run } : {}),
  };
}

/**
 * The chosen terms that an event keeps. If a term without classes of the event is taken, all chosen terms are gone: only those stay whose
 * classes moved into a term that was not taken too.
 */
async function keptTerms(
  event: Event,
  sync: EventSync,
  proposals: readonly TermProposal[],
  taken: readonly TermProposal[],
): Promise<EventSync['terms']> {
  const { terms } = sync;
  const insteadOf = (some: readonly TermProposal[]) => new Set(some.map(({ instead }) => instead?.id));
  if (isMove(taken)) {
    const followed = insteadOf(taken);
    const without = terms.filter(({ id }) => !followed.has(id));
    const after = { ...sync, terms: [...without, ...taken.map(({ term }) => term)] };
    // A missing term that classes of the event still name stays chosen: nobody was asked whether the classes may go.
    return (await findLeaving(event, after)).classes > 0 ? terms : without;
  }
  const waiting = insteadOf(proposals.filter((one) => one.why === 'moved' && !taken.includes(one)));
  return terms.filter(({ id }) => waiting.has(id));
}

/** Whether the event's classes are in the terms already. */
function isMove(taken: readonly TermProposal[]): boolean {
  return taken.every(({ why }) => why === 'moved');
}
