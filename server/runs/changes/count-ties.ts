import type { mongo } from 'mongoose';
import { valueAt } from './change.js';
import type { Collection } from './read-changes.js';

/** How many ties documents have in one of their lists. @param enough the count may stop there */
export async function countTies(
  collection: Collection,
  of: Record<string, unknown>,
  path: string,
  enough: number,
): Promise<number> {
  const found = collection.find(of, {
    projection: { [path]: 1 },
    batchSize: 1000,
  }) as mongo.FindCursor<object>;
  let here = 0;
  for await (const document of found) {
    here += ((valueAt(document, path) ?? []) as unknown[]).length;
    if (here >= enough) break;
  }
  return here;
}
