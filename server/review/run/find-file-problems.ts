import { RosterUpload } from '../../models/roster-upload.js';
import type { RunPlace } from '../../runs/show/queries.js';
import { showProblems, type ProblemRow } from '../../uploads/show-problems.js';
import type { Style } from '../../web/place.js';

/** So many are shown beside a preview; the report of the upload has them all. */
const SHOWN = 20;

/** What the reading of the files told that a preview rests on. */
export interface FileProblems {
  rows: ProblemRow[];
  total: number;
  /** The report of the upload. */
  href: string;
}

/** What was told of the files of a preview: whoever applies it sees what was left out and what was read in one of two ways. */
export async function findFileProblems({ run }: RunPlace, style: Style): Promise<FileProblems | undefined> {
  if (run.purpose !== 'preview' || !('upload' in run) || !run.upload) return undefined;
  const upload = await RosterUpload.findOne(
    { _id: run.upload, account: run.account },
    { problemCount: 1, problems: { $slice: SHOWN } },
  ).lean<Pick<RosterUpload, 'problemCount' | 'problems'>>();
  if (!upload || upload.problemCount === 0) return undefined;
  const href = `/global-setup/roster-files/uploads/${run.upload.toHexString()}#problems`;
  return { rows: showProblems(upload.problems, style), total: upload.problemCount, href };
}
