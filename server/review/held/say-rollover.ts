import type { KindCounts } from '../../models/run.js';
import { number } from '../../web/format-count.js';

/**
 * Whether the held removals look like a new school year: most sections went, and the same run brought about as many new ones.
 * @returns a sentence that says so, or ''
 */
export function sayRollover(counts: Record<string, KindCounts>): string {
  const sections = counts.section;
  if (!sections) return '';
  const { held, added, unchanged, changed } = sections;
  const most = held > 0 && held >= unchanged + changed;
  const asMany = added >= held / 2 && added <= held * 2;
  if (!most || !asMany) return '';
  return `This looks like a new school year: ${number(held)} sections are gone, and ${number(added)} new ones came in the same run. If it is, accept all removals, then add the new terms on each event’s Sync tab.`;
}
