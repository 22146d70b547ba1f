import type { KindCounts } from '../../models/run.js';
import { number } from '../../web/format-count.js';

/**
 * Whether the withheld removals look like a new school year: most sections went, and the same run brought about as many new ones.
 * @returns a sentence that says so, or ''
 */
export function sayRollover(counts: Record<string, KindCounts>): string {
  const sections = counts.section;
  if (!sections) return '';
  const { withheld, added, unchanged, changed } = sections;
  const most = withheld > 0 && withheld >= unchanged + changed;
  const asMany = added >= withheld / 2 && added <= withheld * 2;
  if (!most || !asMany) return '';
  return `This looks like a new school year: ${number(withheld)} sections are gone, and ${number(added)} new ones came in the same run. If it is, accept all removals, then add the new terms on each event’s Sync tab.`;
}
