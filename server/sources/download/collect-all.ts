import type { CleverClient } from '../../clever/client.js';
import { CleverError } from '../../clever/explain-failure.js';
import { IdSet } from '../../runs/changes/id-set.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { listsFor, type ListName } from '../records/lists.js';
import type { Rules } from './cursor.js';
import type { Delivery } from './delivery.js';
import { downloadDistrict, tellsAll, type Download } from './download-district.js';
import type { Spool } from './spool.js';

/** Reads everything that a district shares. @param setup the cursor's fingerprint */
export async function collectAll(
  client: CleverClient,
  rules: Rules,
  run: ActiveRun,
  spool: Spool,
  setup: string,
): Promise<Delivery> {
  // Noted before the lists are read: a change in the meantime is then reported twice rather than never.
  const event = run.preview ? null : await findNewestEvent(client, run);
  const people = new IdSet();
  const download = await downloadDistrict(client, spool, listsFor(rules.kinds), run, people);
  const whole = Object.values(download).every(
    ({ ended, unreadable }) => ended !== 'broken off' && !unreadable,
  );
  const at = run.now();
  const cursor =
    event !== null && whole ? { event, at, fullAt: at, setup, silent: silentIn(download) } : null;
  const leftOut = new Set(Object.values(download).flatMap(({ clashing = [] }) => [...clashing]));
  const read: Delivery['read'] = (list) => readWithout(spool, list, leftOut);
  return { download, people, leftOut, source: 'clever', read, ...(cursor ? { cursor } : {}) };
}

/** Reads a list without the records that share an id with another one, as nobody knows which of them is meant. */
async function* readWithout<T>(
  spool: Spool,
  list: ListName,
  leftOut: ReadonlySet<string>,
): AsyncGenerator<T[], void, undefined> {
  for await (const batch of spool.read<T>(list))
    yield leftOut.size > 0 ? batch.filter((object) => !leftOut.has((object as { id: string }).id)) : batch;
}

function silentIn(download: Download): string[] {
  return (Object.keys(download) as ListName[]).filter((list) => !tellsAll(download[list]));
}

/** Null if the district has no events. A fault in reading events does not stop the download. */
async function findNewestEvent(client: CleverClient, run: ActiveRun): Promise<string | null> {
  try {
    return await client.newestEventId();
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof CleverError && error.kind !== 'unauthorized' && error.kind !== 'not-approved')
      return null;
    throw error;
  }
}
