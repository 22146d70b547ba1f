import { randomBytes } from 'node:crypto';
import { open, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Deps } from '../deps.js';
import type { RosterUpload } from '../models/roster-upload.js';
import { UploadChunk } from '../models/upload-chunk.js';
import type { UploadedFile } from '../roster-files/formats/read-roster-files.js';

/** Files of an upload on this host's disk, readable only by this account of the host. */
export interface FetchedFiles {
  files: UploadedFile[];
  remove(): Promise<void>;
}

/**
 * Copies an upload's stored files to disk, as a zip is read from its end.
 * @param onFetched receives the size of each piece; if it throws, the copies are removed
 */
export async function fetchFiles(
  deps: Pick<Deps, 'config'>,
  { _id, account, names = [] }: Pick<RosterUpload, '_id' | 'account' | 'names'>,
  onFetched: (bytes: number) => void,
): Promise<FetchedFiles> {
  const name = `upload-${_id.toHexString()}-${randomBytes(6).toString('hex')}`;
  const folder = path.join(deps.config.dataDir, 'tmp', name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const files: UploadedFile[] = [];
    for (const [index, called] of names.entries()) {
      const to = path.join(folder, String(index));
      const file = await open(to, 'wx', 0o600);
      try {
        const pieces = UploadChunk.find({ upload: _id, account, list: String(index), part: 'file' })
          .sort({ n: 1 })
          .lean()
          .cursor({ batchSize: 4 });
        for await (const { objects } of pieces) {
          const piece = bytesOf(objects[0]);
          await file.write(piece);
          onFetched(piece.length);
        }
      } finally {
        await file.close();
      }
      files.push({ path: to, name: called });
    }
    return { files, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The driver wraps bytes in a type of its own. */
function bytesOf(stored: unknown): Buffer {
  if (Buffer.isBuffer(stored)) return stored;
  return Buffer.from((stored as { buffer: Uint8Array }).buffer);
}
