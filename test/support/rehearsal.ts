import { Types } from 'mongoose';
import { Rehearsal, type RehearsalPlan } from '../../server/models/rehearsal.js';
import { runRehearsal } from '../../server/rehearsal/run-rehearsal.js';
import type { TestApp } from './app.js';
import { EVE, makeConference, type Conference, type ConferenceOptions } from './booking/conference.js';

const OPENS = new Date(EVE.getTime() + 3600_000);
const PLAN: RehearsalPlan = {
  ...{ families: 10, firstPercent: 100, firstMinutes: 1, restMinutes: 1 },
  ...{ perChild: 0, planPercent: 0, pace: 20 },
};

/** An event that opens in an hour. */
export const prepare = (options: ConferenceOptions): Promise<Conference> =>
  makeConference({ ...options, booking: { opensAt: OPENS, ...options.booking } });

/** A rehearsal of it that waits for a worker. */
export async function waitingOf(
  { account, event }: Conference,
  plan: Partial<RehearsalPlan> = {},
): Promise<Types.ObjectId> {
  const made = await Rehearsal.create({
    ...{ account: account._id, event: event._id, by: new Types.ObjectId(), createdAt: EVE },
    ...{ plan: { ...PLAN, ...plan }, state: 'waiting', open: true },
  });
  return made._id;
}

export async function playRehearsal({ deps }: TestApp, id: Types.ObjectId): Promise<Rehearsal> {
  await runRehearsal(deps, id.toHexString(), new AbortController().signal);
  return Rehearsal.findById(id).orFail().lean();
}
