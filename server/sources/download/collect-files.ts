import type { Types } from 'mongoose';
import { RosterUpload } from '../../models/roster-upload.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { UploadSpool } from './upload-spool.js';
import type { Delivery } from './delivery.js';
import type { Download } from './download-district.js';
import { IdSet } from '../../runs/changes/id-set.js';
import { isPeopleList, LIST_NAMES, LISTS, type ListName } from '../records/lists.js';
import { RunFailed } from '../../runs/engine/run-ends.js';

/**
 * Reads what somebody uploaded as roster files. A complete list says who is gone; for any other list the files name who is gone. Rows that
 * were left out for a problem are neither taken nor gone.
 */
export async function collectFromFiles(run: ActiveRun, id: Types.ObjectId): Promise<Delivery> {
  const upload = await RosterUpload.findOne({ _id: id, account: run.account }).lean();
  if (!upload || !['ready', 'used'].includes(upload.state)) throw new RunFailed({ code: 'files gone' });
  const spool = new UploadSpool(run.account, id);
  const people = new IdSet();
  const leftOut = new IdSet();
  const gone: Partial<Record<ListName, Set<string>>> = {};
  const download: Download = {};
  for (const list of LIST_NAMES) {
    const count = upload.counts[list] ?? 0;
    const whole = upload.complete[list] === true;
    if (count === 0 && !whole && !upload.removals[list]) continue;
    download[list] = { ended: whole ? 'whole' : 'changes alone', read: count, own: count };
    run.count(LISTS[list].kind, 'read', count);
    for await (const ids of spool.ids(list, 'left out')) for (const one of ids) leftOut.add(one);
    if (!whole) gone[list] = await idsOf(spool.ids(list, 'removed'));
    if (!isPeopleList(list)) continue;
    for await (const batch of spool.read<{ id: string }>(list)) for (const one of batch) people.add(one.id);
    await run.step(count);
  }
  return { download, people, gone, leftOut, source: 'file', read: (list) => spool.read(list) };
}

async function idsOf(batches: AsyncIterable<string[]>): Promise<Set<string>> {
  const all = new Set<string>();
  for await (const ids of batches) for (const id of ids) all.add(id);
  return all;
}
