import { RosterUpload } from '../../models/roster-upload.js';
import type { RunPlace } from '../../runs/show/queries.js';
import { showProblems, type ProblemRow } from '../../uploads/show-problems.js';
import type { Style } from '../../web/place.js';

/** How many are shown beside a preview; the upload's report has them all. */
const SHOWN = 20;

/** The problems in the files that a preview is based on. */
export interface FileProblems {
  rows: ProblemRow[];
  total: number;
  /** The address of the upload's report. */
  href: string;
}

/** The problems in a preview's files, so that whoever applies it sees what was left out and what was ambiguous. */
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
