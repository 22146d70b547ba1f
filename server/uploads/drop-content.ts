import type { Types } from 'mongoose';
import { UploadChunk, type ChunkPart } from '../models/upload-chunk.js';

/** Deletes what uploads hold; their reports stay. @param parts which of it; all by default */
export async function dropContent(
  account: Types.ObjectId,
  uploads: Types.ObjectId[],
  parts?: readonly ChunkPart[],
): Promise<void> {
  await UploadChunk.deleteMany({
    upload: { $in: uploads },
    account,
    ...(parts ? { part: { $in: [...parts] } } : {}),
  });
}
