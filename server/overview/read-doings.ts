import { Account, sourceOf } from '../models/account.js';
import type { Event } from '../models/event.js';
import { Notification } from '../models/notification.js';
import { SyncRun } from '../models/sync-run.js';

/** What Slotbell did for an event without being asked. */
export interface Doings {
  /** The most recent sync, finished or running. */
  last?: SyncRun;
  /** The roster’s source can be read, so nights are not skipped. */
  isConnected: boolean;
  /** Mails that could not be delivered. */
  failed: number;
}

type Row = { of: 'run'; run: SyncRun } | { of: 'mails'; count: number } | { of: 'account'; account: Account };

/** One query; each part is answered by an index. */
export async function readDoings({ _id, account }: Pick<Event, '_id' | 'account'>): Promise<Doings> {
  const rows = await SyncRun.aggregate<Row>([
    { $match: { event: _id, account, purpose: { $ne: 'preview' } } },
    { $sort: { createdAt: -1 } },
    { $limit: 1 },
    { $project: { _id: 0, of: { $literal: 'run' }, run: '$$ROOT' } },
    {
      $unionWith: {
        coll: Notification.collection.name,
        pipeline: [
          { $match: { account, event: _id, state: 'failed' } },
          { $count: 'count' },
          { $addFields: { of: 'mails' } },
        ],
      },
    },
    {
      $unionWith: {
        coll: Account.collection.name,
        pipeline: [
          { $match: { _id: account } },
          {
            $project: {
              _id: 0,
              of: { $literal: 'account' },
              account: { clever: '$clever', files: '$files' },
            },
          },
        ],
      },
    },
  ]);
  const found: Doings = { isConnected: false, failed: 0 };
  for (const row of rows) {
    if (row.of === 'run') found.last = row.run;
    else if (row.of === 'mails') found.failed = row.count;
    else found.isConnected = sourceOf(row.account) !== undefined;
  }
  return found;
}
