import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { enableClever, findEnableBlockers } from '../clever/connection/enable-clever.js';
import type { Deps } from '../deps.js';
import { Account, type RosterSource } from '../models/account.js';
import { RosterRun } from '../models/roster-run.js';
import type { Actor } from '../web/actor.js';
import { clearRecords } from './clear-records.js';

export type Switched =
  | { ok: true }
  | { ok: false; reason: 'refresh running' | 'changed meanwhile' }
  | { ok: false; reason: 'not ready'; reasons: string[] };

/** Called before each step, so that a test can stop between two. */
export type BeforeStep = (step: string) => void;

/**
 * *Begin*: makes `to` the account's roster source. The other source goes off, and its record ids are cleared from people and mirror;
 * numbers, emails and classes stay, as matching needs them. If a worker or host dies in between, both sources are off and a mark stays;
 * starting it again continues.
 */
export async function switchSource(
  deps: Deps,
  actor: Actor,
  to: RosterSource,
  beforeStep: BeforeStep = () => undefined,
): Promise<Switched> {
  const { account } = actor;
  if (to === 'clever') {
    const reasons = await findEnableBlockers(account);
    if (reasons.length > 0) return { ok: false, reason: 'not ready', reasons };
  }
  if (await isRefreshing(account)) return { ok: false, reason: 'refresh running' };
  beforeStep('mark');
  const at = await mark(account, to, deps.now());
  beforeStep('turn off');
  await turnOff(account);
  // A refresh that began before the source went off would add ids while they are cleared.
  if (await isRefreshing(account)) return { ok: false, reason: 'refresh running' };
  const cleared = await clearRecords(account, at, beforeStep);
  beforeStep('turn on');
  if (!(await turnOn(deps, actor, to))) return { ok: false, reason: 'changed meanwhile' };
  await recordAudit({
    account,
    user: actor.user,
    action: 'switch roster source',
    detail: { to, ...cleared },
    at: deps.now(),
  });
  return { ok: true };
}

async function isRefreshing(account: Types.ObjectId): Promise<boolean> {
  return (await RosterRun.exists({ account, state: 'running' })) !== null;
}

/** @returns when the change of source first began */
async function mark(account: Types.ObjectId, to: RosterSource, now: Date): Promise<Date> {
  await Account.updateOne(
    { _id: account, switching: { $exists: false } },
    // Clever's events continue from a roster that is about to be cleared.
    { $set: { switching: { to, at: now } }, $unset: { 'clever.cursor': 1 } },
  );
  const marked = await Account.findOneAndUpdate(
    { _id: account, switching: { $exists: true } },
    { $set: { 'switching.to': to } },
    { returnDocument: 'after', projection: { switching: 1 } },
  ).lean();
  return marked?.switching?.at ?? now;
}

async function turnOff(account: Types.ObjectId): Promise<void> {
  await Account.updateOne(
    { _id: account, 'clever.enabled': true },
    { $set: { 'clever.enabled': false }, $unset: { 'clever.enabledAt': 1 } },
  );
  await Account.updateOne({ _id: account, 'files.on': true }, { $set: { 'files.on': false } });
}

/** Turns the source on. Two people who start opposite changes at once cannot end with both on. */
async function turnOn(deps: Deps, actor: Actor, to: RosterSource): Promise<boolean> {
  const ending = { _id: actor.account, 'switching.to': to, 'clever.enabled': { $ne: true } };
  const files = to === 'clever' ? {} : { files: { on: true, format: to, since: deps.now() } };
  const ended = await Account.updateOne(ending, {
    $set: { recordsOf: to, ...files },
    $unset: { switching: 1 },
  });
  if (ended.matchedCount === 0) return false;
  return to !== 'clever' || (await enableClever(deps, actor)).ok;
}
