import { open } from 'node:fs/promises';
import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { FileFormat } from '../models/account.js';
import { RosterUpload } from '../models/roster-upload.js';
import { UploadChunk } from '../models/upload-chunk.js';
import type { Actor } from '../web/actor.js';
import type { UploadedFile } from '../roster-files/formats/read-roster-files.js';
import { dropContent } from './drop-content.js';

/** How long an upload is kept. */
const KEPT_MS = 7 * 24 * 3600_000;
/** A piece of a file; a document of the database holds 16 MB. */
const PIECE = 1_000_000;

/**
 * Stores uploaded files unread, where any worker finds them, and queues their reading: no request unpacks or examines their content.
 * @returns the upload's id
 */
export async function storeUpload(
  deps: Deps,
  { account, user }: Actor,
  format: FileFormat,
  files: readonly UploadedFile[],
): Promise<Types.ObjectId> {
  const createdAt = deps.now();
  const expiresAt = new Date(createdAt.getTime() + KEPT_MS);
  const { _id: upload } = await RosterUpload.create({
    account,
    format,
    state: 'reading',
    stored: false,
    names: files.map(({ name }) => name.slice(-200)),
    by: user,
    createdAt,
    expiresAt,
  });
  try {
    for (const [index, file] of files.entries())
      await storeFile({ account, upload, expiresAt }, file.path, index);
    await RosterUpload.updateOne({ _id: upload, account }, { $set: { stored: true } });
  } catch (error) {
    await dropContent(account, [upload]);
    await RosterUpload.deleteOne({ _id: upload, account });
    throw error;
  }
  await deps.queue.add('read-upload', upload.toHexString());
  return upload;
}

async function storeFile(
  of: { account: Types.ObjectId; upload: Types.ObjectId; expiresAt: Date },
  path: string,
  index: number,
): Promise<void> {
  const file = await open(path);
  try {
    for (let n = 0; ; n += 1) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(PIECE), 0, PIECE, n * PIECE);
      if (bytesRead === 0) return;
      const piece = buffer.subarray(0, bytesRead);
      await UploadChunk.create({ ...of, list: String(index), part: 'file', n, objects: [piece] });
    }
  } finally {
    await file.close();
  }
}
