import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import type { FileFormat } from '../../models/account.js';
import { RosterUpload } from '../../models/roster-upload.js';
import { UploadChunk } from '../../models/upload-chunk.js';
import type { Actor } from '../../web/actor.js';
import type { ListName } from '../refresh/lists.js';
import { readRosterFiles, type UploadedFile } from '../sources/files/read-roster-files.js';
import { findKnownIds } from './find-known-ids.js';
import { KeptObjects } from './keep-objects.js';

/** How long an upload is kept. */
const KEPT_MS = 7 * 24 * 3600_000;
/** So many uploads keep what they hold; of older ones the report stays until it expires. */
const KEPT_UPLOADS = 5;

/** Without any of these there is nothing to import. */
const BRINGING = ['students', 'teachers', 'staff', 'sections', 'contacts'] as const;

/**
 * Reads uploaded files, keeps what is in them and what is wrong with them, and tells by its state whether they can be used.
 * Nothing of the roster changes. The files themselves are no longer needed afterwards.
 * @returns the upload's id; refused ones too
 */
export async function keepUpload(
  deps: Deps,
  actor: Actor,
  format: FileFormat,
  files: readonly UploadedFile[],
): Promise<Types.ObjectId> {
  const { account, user } = actor;
  const createdAt = deps.now();
  const expiresAt = new Date(createdAt.getTime() + KEPT_MS);
  const upload = await RosterUpload.create({
    account,
    format,
    state: 'reading',
    by: user,
    createdAt,
    expiresAt,
  });
  const sink = new KeptObjects({ account, upload: upload._id, expiresAt });
  try {
    const { ok, expected, ...read } = await readRosterFiles(files, format, sink, findKnownIds(account));
    const brings = (list: ListName) => (read.counts[list] ?? 0) + (sink.removals[list] ?? 0) > 0;
    const state = !ok ? 'refused' : BRINGING.some(brings) ? 'ready' : 'empty';
    if (state === 'ready') await sink.end();
    else await dropContent(account, [upload._id]);
    const problemCount = read.problems.length + read.more;
    const missing = expected.filter((list) => !brings(list));
    const kept = { ...read, problemCount, missing, removals: sink.removals, state };
    await RosterUpload.updateOne({ _id: upload._id, account }, { $set: kept });
    await noteUpload(deps, actor, upload._id, { format, ok, problems: problemCount });
  } catch (error) {
    await dropContent(account, [upload._id]);
    await RosterUpload.deleteOne({ _id: upload._id, account });
    throw error;
  }
  await expireOlder(account);
  return upload._id;
}

async function noteUpload(
  deps: Deps,
  actor: Actor,
  upload: Types.ObjectId,
  detail: Record<string, unknown>,
): Promise<void> {
  await recordAudit({
    account: actor.account,
    user: actor.user,
    action: 'upload roster files',
    targets: [upload],
    detail,
    at: deps.now(),
  });
}

/** Student data is kept no longer than it is of use. */
async function expireOlder(account: Types.ObjectId): Promise<void> {
  const older = await RosterUpload.find({ account, state: { $in: ['ready', 'used'] } }, { _id: 1 })
    .sort({ createdAt: -1 })
    .skip(KEPT_UPLOADS)
    .lean();
  if (older.length === 0) return;
  const ids = older.map(({ _id }) => _id);
  await RosterUpload.updateMany({ _id: { $in: ids }, account }, { $set: { state: 'expired' } });
  await dropContent(account, ids);
}

async function dropContent(account: Types.ObjectId, uploads: Types.ObjectId[]): Promise<void> {
  await UploadChunk.deleteMany({ upload: { $in: uploads }, account });
}
