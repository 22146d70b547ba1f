import type { Response } from 'express';
import type { RosterUpload } from '../models/roster-upload.js';
import { streamCsv } from '../web/stream-csv.js';
import { number } from '../web/format-count.js';

const COLUMNS = ['File', 'Line', 'Field', 'Problem', 'What to do'];

/** Answers with the problems of an upload as CSV. */
export function exportProblems(
  res: Response,
  { _id, problems, more }: Pick<RosterUpload, '_id' | 'problems' | 'more'>,
): Promise<void> {
  const rows = problems.map(({ file, line, field, problem, advice }) => [
    file,
    line === 0 ? '' : String(line),
    field,
    problem,
    advice,
  ]);
  if (more > 0) rows.push(['', '', '', `${number(more)} more problems aren’t listed.`, '']);
  return streamCsv(res, `problems-${_id.toHexString()}`, COLUMNS, [rows]);
}
