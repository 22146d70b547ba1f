import { ensureIndexes } from '../database/connect.js';
import { Upgrade } from '../models/upgrade.js';
import { STEPS, type UpgradeStep } from './steps.js';

/**
 * Makes the connected database ready for this version: the upgrade steps it has not been through, with the indexes between those that
 * come before and those that come after. A database of this version costs one read beside the indexes.
 * @throws what a step throws; the next start goes on with that step
 */
export async function prepareDatabase(steps: readonly UpgradeStep[] = STEPS): Promise<void> {
  const done = new Set((await Upgrade.find().lean()).map(({ _id }) => _id));
  const open = steps.filter(({ id }) => !done.has(id));
  await take(open.filter(({ when }) => when === 'before indexes'));
  await ensureIndexes();
  await take(open.filter(({ when }) => when === 'after indexes'));
}

async function take(steps: UpgradeStep[]): Promise<void> {
  for (const { id, run } of steps) {
    await run();
    // Another process that started at the same time may have noted it already.
    await Upgrade.updateOne({ _id: id }, { $setOnInsert: { at: new Date() } }, { upsert: true });
  }
}
