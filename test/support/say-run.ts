import { sayRemarks as remarksIn } from '../../server/runs/log/say-remark.js';
import { sayResult as resultIn } from '../../server/runs/log/say-result.js';
import { summarizeRun as summaryIn } from '../../server/runs/show/summarize-run.js';

const US = { locale: 'en-US' } as const;
type Counts = Parameters<typeof summaryIn>[2];

/** How a run ended, as a school in the United States reads it. */
export function sayResult(run: Parameters<typeof resultIn>[0]): string {
  return resultIn(run, US);
}

/** What a run says on its page, likewise. */
export function sayRemarks(run: Parameters<typeof remarksIn>[0]): string[] {
  return remarksIn(run, US);
}

/** What a run did, likewise. */
export function summarizeRun(purpose: Parameters<typeof summaryIn>[0], ...parts: Counts[]): string {
  return summaryIn(purpose, US, ...parts);
}
