import type { Types } from 'mongoose';
import { UploadChunk, type ChunkPart } from '../models/upload-chunk.js';

/** Deletes the content of uploads; their reports stay. @param parts which parts; all by default */
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
