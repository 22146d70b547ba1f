import { performance } from 'node:perf_hooks';
import { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { RosterUpload, type UploadProgress } from '../models/roster-upload.js';
import { UploadChunk } from '../models/upload-chunk.js';
import { dayOf } from '../web/local-time.js';
import type { ListName } from '../sources/records/lists.js';
import type { UploadedFile } from '../roster-files/formats/read-roster-files.js';
import { claimReading, SILENT_MS, type Reading } from './claim-reading.js';
import { dropContent } from './drop-content.js';
import { fetchFiles } from './fetch-files.js';
import { findKnown } from './find-known.js';
import type { Piece } from './keep-objects.js';
import { readInChild, type ReadFiles } from './read-in-child.js';
import type { PiecesRead } from './read-pieces.js';
import { resumeUploads } from './resume-uploads.js';

/** How many uploads keep their contents; the reports of older ones stay until they expire. */
const KEPT_UPLOADS = 5;
const BEAT_MS = 1000;

/** Without one of these lists there is nothing to import. */
const BRINGING = ['students', 'teachers', 'staff', 'sections', 'contacts'] as const;

/** Another worker took the reading over, or this one has been told to end. */
class ReadingStopped extends Error {}

/**
 * Reads an upload's files, stores their contents and problems, and sets its state, which says whether they can be used. The roster does not
 * change. Uploads are read one at a time; the end queues the next one. If a worker is killed, the reading starts over.
 */
export async function readUpload(
  deps: Deps,
  id: string,
  stopping: AbortSignal,
  readFiles: ReadFiles = readInChild(),
): Promise<void> {
  const reading = await claimReading(deps, id);
  if (!reading) return;
  const { upload, mine } = reading;
  const { _id, account } = upload;
  try {
    // Contents that an earlier worker had stored before it was killed.
    await dropContent(account, [_id], ['objects', 'removed', 'left out']);
    const beat = startBeat(deps, mine, stopping);
    try {
      await beat.whileGoing(fetchAndRead(deps, reading, beat, readFiles));
    } finally {
      beat.end();
    }
    await dropContent(account, [_id], ['file']);
    await expireOlder(account);
  } catch (error) {
    const tries = error instanceof ReadingStopped ? { $inc: { tries: -1 } } : {};
    await RosterUpload.updateOne(mine, { $unset: { lock: 1 }, ...tries });
    if (!(error instanceof ReadingStopped)) throw error;
  }
  if (!stopping.aborted) await resumeUploads(deps);
}

async function fetchAndRead(deps: Deps, reading: Reading, beat: Beat, readFiles: ReadFiles): Promise<void> {
  const fetched = await fetchFiles(deps, reading.upload, beat.fetched);
  try {
    await readFetched(deps, reading, fetched.files, beat, readFiles);
  } finally {
    await fetched.remove();
  }
}

async function readFetched(
  deps: Deps,
  { upload, mine }: Reading,
  files: UploadedFile[],
  beat: Beat,
  readFiles: ReadFiles,
): Promise<void> {
  const { _id, account, format, expiresAt, by } = upload;
  const { timeZone } = await Account.findById(account, { timeZone: 1 }).orFail().lean();
  const keep = async (piece: Piece): Promise<void> => {
    await beat.kept(piece.objects.length);
    // This bypasses Mongoose, which would copy every record of a piece once more and delay everybody else.
    const chunk = { _id: new Types.ObjectId(), account, upload: _id, expiresAt, ...piece };
    await UploadChunk.collection.insertOne(chunk);
  };
  const order = { files, format, today: dayOf(deps.now(), timeZone) };
  const place = { known: findKnown(account), keep, onRead: beat.read };
  const read = await readFiles(order, place, beat.signal);
  const ended = read === 'out of memory' ? { state: 'too large' as const } : judge(read);
  if (ended.state !== 'ready') await dropContent(account, [_id], ['objects', 'removed', 'left out']);
  const stored = await RosterUpload.updateOne(mine, { $set: ended, $unset: { lock: 1, progress: 1 } });
  if (stored.matchedCount === 0) throw new ReadingStopped();
  const detail =
    read === 'out of memory'
      ? { ok: false, problems: 0 }
      : { ok: read.ok, problems: read.problems.length + read.more };
  await noteUpload(deps, { account, user: by }, _id, { format, ...detail });
}

/** What is stored of an upload that was read to its end. */
function judge({ ok, expected, ...read }: PiecesRead) {
  const brings = (list: ListName) => (read.counts[list] ?? 0) + (read.removals[list] ?? 0) > 0;
  const state = !ok ? ('refused' as const) : BRINGING.some(brings) ? ('ready' as const) : ('empty' as const);
  const missing = expected.filter((list) => !brings(list));
  return { ...read, problemCount: read.problems.length + read.more, missing, state };
}

type Beat = ReturnType<typeof startBeat>;

/**
 * Stores the progress of the reading, which also shows that its worker lives: only if there is progress. The signal ends the reading, and
 * the callbacks throw, when another worker has taken over or this one is to end.
 */
function startBeat(deps: Deps, mine: Reading['mine'], stopping: AbortSignal) {
  const progress: UploadProgress = { bytes: 0, total: 0, kept: 0 };
  let fetched = 0;
  let steps = 0;
  const over = new AbortController();
  const stop = (): void => over.abort(new ReadingStopped());
  if (stopping.aborted) stop();
  stopping.addEventListener('abort', stop);
  let giveUp = (): void => undefined;
  const lost = new Promise<never>((_resolve, reject) => {
    giveUp = () => {
      const late = new Error('Reading the files took too long.');
      over.abort(late);
      reject(late);
    };
  });
  lost.catch(() => undefined);
  let stored = '';
  let lastAt = performance.now();
  const store = async (): Promise<void> => {
    const now = JSON.stringify([progress, fetched, steps]);
    if (now === stored) {
      // Another worker may have it by now, and this worker can do something else.
      if (performance.now() - lastAt > SILENT_MS) giveUp();
      return;
    }
    stored = now;
    const found = await RosterUpload.updateOne(mine, {
      $set: { progress: { ...progress }, beatAt: deps.now() },
    });
    if (found.matchedCount === 0) stop();
    lastAt = performance.now();
  };
  const timer = setInterval(() => {
    store().catch(() => undefined);
  }, BEAT_MS);
  return {
    signal: over.signal,
    /** Waits for the work as long as it makes progress. */
    whileGoing: (work: Promise<void>): Promise<void> => Promise.race([work, lost]),
    fetched: (bytes: number): void => {
      fetched += bytes;
      over.signal.throwIfAborted();
    },
    read: (bytes: number, total: number): void => {
      steps += 1;
      progress.bytes += bytes;
      progress.total = total;
      over.signal.throwIfAborted();
    },
    kept: async (count: number): Promise<void> => {
      progress.kept += count;
      // A process that was frozen for long first checks whether the reading is still its own.
      if (performance.now() - lastAt > 10 * BEAT_MS) await store();
      over.signal.throwIfAborted();
    },
    end: (): void => {
      clearInterval(timer);
      stopping.removeEventListener('abort', stop);
    },
  };
}

async function noteUpload(
  deps: Deps,
  { account, user }: { account: Types.ObjectId; user: Types.ObjectId },
  upload: Types.ObjectId,
  detail: Record<string, unknown>,
): Promise<void> {
  await recordAudit({
    account,
    user,
    action: 'upload roster files',
    targets: [upload],
    detail,
    at: deps.now(),
  });
}

/** Student data are kept only as long as they are useful. */
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
