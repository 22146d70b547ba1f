import type { PipelineStage, QueryFilter } from 'mongoose';
import { SyncLog } from '../../models/sync-log.js';

/** A line of a run's log, about one record. */
export type LogLine = Omit<SyncLog, 'sourceIds'> & { sourceId: string };

/** Version 0.1 stored one document a line. */
const SOURCE_IDS = { $ifNull: ['$sourceIds', ['$sourceId']] };

/** Reads the lines that match a filter, in the order in which they were written. */
export async function readLog(
  filter: QueryFilter<SyncLog>,
  { skip = 0, limit }: { skip?: number; limit: number },
): Promise<LogLine[]> {
  return SyncLog.aggregate<LogLine>([...linesOf(filter), { $skip: skip }, { $limit: limit }]);
}

/** Streams the lines that match a filter, for an export of all of them. */
export function streamLog(filter: QueryFilter<SyncLog>): AsyncIterable<LogLine> {
  return SyncLog.aggregate<LogLine>(linesOf(filter)).cursor({ batchSize: 500 });
}

export async function countLog(filter: QueryFilter<SyncLog>): Promise<number> {
  const [sum] = await SyncLog.aggregate<{ lines: number }>([
    { $match: filter },
    { $group: { _id: null, lines: { $sum: { $size: SOURCE_IDS } } } },
  ]);
  return sum?.lines ?? 0;
}

function linesOf(filter: QueryFilter<SyncLog>): PipelineStage[] {
  return [
    { $match: filter },
    { $sort: { _id: 1 } },
    { $set: { sourceId: SOURCE_IDS } },
    { $unset: 'sourceIds' },
    { $unwind: '$sourceId' },
  ];
}
