import { ensureIndexes } from '../database/connect.js';
import { Upgrade } from '../models/upgrade.js';
import { renameHeldSince } from './rename-held.js';
import { STEPS, type UpgradeStep } from './steps.js';

/**
 * Prepares the connected database for this version: runs the upgrade steps that it has not completed, and builds the indexes between the
 * steps that come before and those that come after. A database of this version costs a few short reads besides the indexes.
 * @throws what a step throws; the next start continues with that step
 */
export async function prepareDatabase(steps: readonly UpgradeStep[] = STEPS): Promise<void> {
  const done = new Set((await Upgrade.find().lean()).map(({ _id }) => _id));
  const open = steps.filter(({ id }) => !done.has(id));
  await take(open.filter(({ when }) => when === 'before indexes'));
  await ensureIndexes();
  await take(open.filter(({ when }) => when === 'after indexes'));
  await renameHeldSince();
}

async function take(steps: UpgradeStep[]): Promise<void> {
  for (const { id, run } of steps) {
    await run();
    // Another process that started at the same time may have stored it already.
    await Upgrade.updateOne({ _id: id }, { $setOnInsert: { at: new Date() } }, { upsert: true });
  }
}
