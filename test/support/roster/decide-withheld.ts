import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import type { RosterRun } from '../../../server/models/roster-run.js';
import { decideWithheldOfAccount } from '../../../server/review/run/decide-withheld.js';
import { sayResult } from '../say-run.js';
import type { TestDistrict } from './district.js';

/** Decides about everything that a refresh withheld, and does what follows. @returns the run that decides */
export async function decideWithheld(
  { deps, work }: Pick<TestDistrict, 'deps' | 'work'>,
  refresh: RosterRun,
  verdict: 'accept' | 'reject' = 'accept',
): Promise<Types.ObjectId> {
  const by = new Types.ObjectId();
  const decided = await decideWithheldOfAccount(deps, refresh, { verdict, by, reason: 'looked' });
  assert.ok(decided.ok);
  const done = await work(decided.run);
  assert.equal(done.state, 'done', sayResult(done));
  return decided.run;
}
