import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { RosterUpload } from '../../models/roster-upload.js';

/**
 * The problems of an upload as CSV. Values from the files that a spreadsheet would take for a formula are escaped. Begins with
 * the mark by which spreadsheets know UTF-8.
 */
export function exportProblems({ problems, more }: Pick<RosterUpload, 'problems' | 'more'>): Readable {
  const csv = stringify({
    header: true,
    bom: true,
    escape_formulas: true,
    columns: ['File', 'Line', 'Field', 'Problem', 'What to do'],
  });
  const rows = problems.map(({ file, line, field, problem, advice }) => [
    file,
    line === 0 ? '' : String(line),
    field,
    problem,
    advice,
  ]);
  if (more > 0) rows.push(['', '', '', `${more.toLocaleString('en')} more problems are not listed.`, '']);
  return Readable.from(rows).pipe(csv);
}
