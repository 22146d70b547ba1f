import type { CleverClient } from '../../clever/client.js';
import { CleverError } from '../../clever/explain-failure.js';
import type { CleverDistrict } from '../../clever/schema.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { cleanText } from '../records/clean-text.js';

/**
 * Checks the district's own sync with Clever and warns if it is paused or in error (Data API, `district.state`).
 * @returns whether what Clever shares may be out of date: then a person looks at every removal
 * @throws CleverError if nothing can be read at all
 */
export async function checkDistrict(
  client: Pick<CleverClient, 'district'>,
  run: Pick<ActiveRun, 'warn'>,
): Promise<boolean> {
  const district = await readDistrict(client);
  const asOf = dayIn(district?.last_sync);
  if (district?.state === 'paused')
    run.warn({ code: 'district paused', since: dayIn(district.pause_start), asOf });
  else if (district?.state === 'error') run.warn({ code: 'district errors', asOf });
  return district?.state === 'paused' || district?.state === 'error';
}

/** Some servers that speak Clever's protocol do not describe their district; that alone is no reason to fail. */
async function readDistrict(client: Pick<CleverClient, 'district'>): Promise<CleverDistrict | undefined> {
  try {
    return await client.district();
  } catch (error) {
    const silent = error instanceof CleverError && ['forbidden', 'not-found'].includes(error.kind);
    if (!silent) throw error;
    return undefined;
  }
}

function dayIn(text: unknown): string {
  return cleanText(text).slice(0, 40);
}
