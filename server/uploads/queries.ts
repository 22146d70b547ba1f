import type { Types } from 'mongoose';
import { Account } from '../models/account.js';
import { RosterUpload } from '../models/roster-upload.js';
import type { Actor } from '../web/actor.js';
import { shortDayAndTime } from '../web/format-time.js';
import { FORMATS } from '../roster-files/formats/formats.js';
import { countedLists, stateOf } from './show-upload.js';

const SHOWN = 10;

export interface FilesPage {
  /** The source that is on. */
  source: 'clever' | 'files' | 'none';
  /** The format chosen now or last. */
  format: string;
  formatLabel: string;
  since: string;
  /** Set while a change of source is not finished. */
  switching?: { to: string; label: string };
  uploads: UploadRow[];
}

export interface UploadRow {
  href: string;
  when: string;
  what: string;
  state: ReturnType<typeof stateOf>;
  held: string;
  problems: number;
}

export const HOME = '/global-setup/roster-files';

/** What the page Roster files shows. */
export async function filesPage(actor: Actor, now: Date): Promise<FilesPage> {
  const account = await Account.findById(actor.account, { files: 1, switching: 1, 'clever.enabled': 1 })
    .orFail()
    .lean();
  const { files, switching } = account;
  const fields = {
    format: 1,
    state: 1,
    createdAt: 1,
    stored: 1,
    counts: 1,
    problemCount: 1,
    missing: 1,
    files: 1,
  } as const;
  const uploads = await RosterUpload.find({ account: actor.account }, fields)
    .sort({ createdAt: -1 })
    .limit(SHOWN)
    .lean();
  const last = uploads.find(({ state }) => state === 'ready' || state === 'used');
  return {
    source: account.clever?.enabled ? 'clever' : files?.on ? 'files' : 'none',
    format: files?.format ?? '',
    formatLabel: files ? FORMATS[files.format].label : '',
    since: files ? shortDayAndTime(files.since, actor) : '',
    ...(switching ? { switching: { to: switching.to, label: sourceLabel(switching.to) } } : {}),
    uploads: uploads.map((upload) => ({
      href: `${HOME}/uploads/${upload._id.toHexString()}`,
      when: shortDayAndTime(upload.createdAt, actor),
      what: FORMATS[upload.format].label,
      state: stateOf(upload, now, last === upload ? null : last),
      held: countedLists(upload.counts),
      problems: upload.problemCount,
    })),
  };
}

function sourceLabel(source: string): string {
  return source in FORMATS ? FORMATS[source as keyof typeof FORMATS].label : 'Clever';
}

/** An upload of the actor's account; null for anybody else's. */
export async function findUpload(actor: Actor, upload: Types.ObjectId): Promise<RosterUpload | null> {
  return RosterUpload.findOne({ _id: upload, account: actor.account }).lean();
}
