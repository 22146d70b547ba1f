import type { Response } from 'express';
import type { RosterUpload } from '../models/roster-upload.js';
import type { Style } from '../web/place.js';
import { streamCsv } from '../web/stream-csv.js';
import { countOf } from '../web/format-count.js';
import { showProblems } from './show-problems.js';

const COLUMNS = ['File', 'Line', 'Field', 'Problem', 'What to do'];

/** Answers with the problems of an upload as CSV. */
export function exportProblems(
  res: Response,
  { _id, problems, more }: Pick<RosterUpload, '_id' | 'problems' | 'more'>,
  style: Style,
): Promise<void> {
  const rows = showProblems(problems, style).map(({ file, line, field, problem, advice }) => [
    file,
    line === 0 ? '' : String(line),
    field,
    problem,
    advice,
  ]);
  if (more > 0)
    rows.push(['', '', '', `${countOf(more, 'more problem isn’t', 'more problems aren’t')} listed.`, '']);
  return streamCsv(res, `problems-${_id.toHexString()}`, COLUMNS, [rows]);
}
