import { performance } from 'node:perf_hooks';
import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { RosterUpload, type UploadProgress } from '../models/roster-upload.js';
import { dayOf } from '../web/local-time.js';
import type { ListName } from '../sources/records/lists.js';
import { readRosterFiles, type UploadedFile } from '../roster-files/formats/read-roster-files.js';
import { claimReading, SILENT_MS, type Reading } from './claim-reading.js';
import { dropContent } from './drop-content.js';
import { fetchFiles } from './fetch-files.js';
import { findKnown } from './find-known.js';
import { KeptObjects } from './keep-objects.js';
import { resumeUploads } from './resume-uploads.js';

/** How many uploads keep their content; of older ones only the report stays until it expires. */
const KEPT_UPLOADS = 5;
const BEAT_MS = 1000;

/** Without records of any of these there is nothing to import. */
const BRINGING = ['students', 'teachers', 'staff', 'sections', 'contacts'] as const;

/** Another worker took the reading over, or this one is told to end. */
class ReadingStopped extends Error {}

/**
 * Reads an upload's files, stores their records and problems, and sets the state that says whether they can be used. The roster does not
 * change. One upload is read at a time; the next one is queued at the end. A reading whose worker was killed starts over.
 */
export async function readUpload(deps: Deps, id: string, stopping: AbortSignal): Promise<void> {
  const reading = await claimReading(deps, id);
  if (!reading) return;
  const { upload, mine } = reading;
  const { _id, account } = upload;
  try {
    // Removes what an earlier worker had stored before it was killed.
    await dropContent(account, [_id], ['objects', 'removed', 'left out']);
    const beat = startBeat(deps, mine, stopping);
    try {
      await beat.whileGoing(readFiles(deps, reading, beat));
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

async function readFiles(deps: Deps, reading: Reading, beat: Beat): Promise<void> {
  const fetched = await fetchFiles(deps, reading.upload, beat.fetched);
  try {
    await readFetched(deps, reading, fetched.files, beat);
  } finally {
    await fetched.remove();
  }
}

async function readFetched(
  deps: Deps,
  { upload, mine }: Reading,
  files: readonly UploadedFile[],
  beat: Beat,
): Promise<void> {
  const { _id, account, format, expiresAt, by } = upload;
  const { timeZone } = await Account.findById(account, { timeZone: 1 }).orFail().lean();
  const sink = new KeptObjects({ account, upload: _id, expiresAt }, beat.kept);
  const { ok, expected, ...read } = await readRosterFiles(
    files,
    format,
    sink,
    findKnown(account),
    dayOf(deps.now(), timeZone),
    beat.read,
  );
  const brings = (list: ListName) => (read.counts[list] ?? 0) + (sink.removals[list] ?? 0) > 0;
  const state = !ok ? 'refused' : BRINGING.some(brings) ? 'ready' : 'empty';
  if (state === 'ready') await sink.end();
  else await dropContent(account, [_id], ['objects', 'removed', 'left out']);
  const problemCount = read.problems.length + read.more;
  const missing = expected.filter((list) => !brings(list));
  const kept = { ...read, problemCount, missing, removals: sink.removals, state };
  const ended = await RosterUpload.updateOne(mine, { $set: kept, $unset: { lock: 1, progress: 1 } });
  if (ended.matchedCount === 0) throw new ReadingStopped();
  await noteUpload(deps, { account, user: by }, _id, { format, ok, problems: problemCount });
}

type Beat = ReturnType<typeof startBeat>;

/**
 * Stores the progress of the reading, which also shows that its worker lives; only when there is progress. The callbacks throw once another
 * worker has taken over, or this one is told to end.
 */
function startBeat(deps: Deps, mine: Reading['mine'], stopping: AbortSignal) {
  const progress: UploadProgress = { bytes: 0, total: 0, kept: 0 };
  let fetched = 0;
  let steps = 0;
  let isLost = false;
  let giveUp = (): void => undefined;
  const lost = new Promise<never>((_resolve, reject) => {
    giveUp = () => {
      isLost = true;
      reject(new Error('Reading the files took too long.'));
    };
  });
  lost.catch(() => undefined);
  let stored = '';
  let lastAt = performance.now();
  const store = async (): Promise<void> => {
    const now = JSON.stringify([progress, fetched, steps]);
    if (now === stored) {
      // Another worker may have it by now, and this one should be free for other work.
      if (performance.now() - lastAt > SILENT_MS) giveUp();
      return;
    }
    stored = now;
    const found = await RosterUpload.updateOne(mine, {
      $set: { progress: { ...progress }, beatAt: deps.now() },
    });
    isLost ||= found.matchedCount === 0;
    lastAt = performance.now();
  };
  const timer = setInterval(() => {
    store().catch(() => undefined);
  }, BEAT_MS);
  const check = (): void => {
    if (isLost || stopping.aborted) throw new ReadingStopped();
  };
  return {
    /** Waits for the work unless the reading is lost. */
    whileGoing: (work: Promise<void>): Promise<void> => Promise.race([work, lost]),
    fetched: (bytes: number): void => {
      fetched += bytes;
      check();
    },
    read: (bytes: number, total: number): void => {
      steps += 1;
      progress.bytes += bytes;
      progress.total = total;
      check();
    },
    kept: async (count: number): Promise<void> => {
      progress.kept += count;
      // After a long pause, checks first whether the reading is still this worker's.
      if (performance.now() - lastAt > 10 * BEAT_MS) await store();
      check();
    },
    end: (): void => {
      clearInterval(timer);
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

/** Deletes the content of older uploads, as student data is stored no longer than needed. */
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
