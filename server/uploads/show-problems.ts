import type { UploadProblem } from '../models/roster-upload.js';
import { sayFileProblem } from '../tables/say-file-problem.js';
import type { Style } from '../web/place.js';

/** A problem of an upload as pages and downloads show it. */
export interface ProblemRow {
  file: string;
  /** 0 for the whole file. */
  line: number;
  field: string;
  problem: string;
  advice: string;
}

/** Problems of an upload in words. */
export function showProblems(problems: readonly UploadProblem[], style: Style): ProblemRow[] {
  return problems.map((each) => {
    const [problem, advice] = sayFileProblem(each, style);
    const { file, line, field } = each;
    return { file, line, field, problem, advice };
  });
}
