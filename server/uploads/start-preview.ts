import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { RosterUpload } from '../models/roster-upload.js';
import type { Actor } from '../web/actor.js';
import { startPreview } from '../roster/run/start-refresh.js';
import { matchFileSchools } from '../sources/download/match-file-schools.js';

export type PreviewStarted =
  | { ok: true; run: Types.ObjectId }
  | { ok: false; reason: 'no such upload' | 'not ready' | 'files are off' | 'other format' };

/**
 * Requests a preview of importing an upload. Its schools are matched to ours first, and added if new, as a person without a school could
 * not be shown. Two requests before it is over are one run.
 */
export async function startFilePreview(
  deps: Deps,
  actor: Actor,
  upload: Types.ObjectId,
): Promise<PreviewStarted> {
  const { account, user } = actor;
  const found = await RosterUpload.findOne({ _id: upload, account }, { state: 1, format: 1 }).lean();
  if (!found) return { ok: false, reason: 'no such upload' };
  if (found.state !== 'ready') return { ok: false, reason: 'not ready' };
  const of = await Account.findById(account, { name: 1, files: 1, switching: 1 }).lean();
  if (!of?.files?.on || of.switching) return { ok: false, reason: 'files are off' };
  if (of.files.format !== found.format) return { ok: false, reason: 'other format' };
  const schools = await matchFileSchools(of, upload);
  const run = await startPreview(deps, { account, by: user, upload, asks: asksOf(upload) });
  await recordAudit({
    account,
    user,
    action: 'preview roster files',
    targets: [upload],
    detail: { ...schools },
    at: deps.now(),
  });
  return { ok: true, run };
}

/** The key of a preview of an upload, by which the last one is found. */
export function asksOf(upload: Types.ObjectId): string {
  return `upload ${upload.toHexString()}`;
}
