import type { Types } from 'mongoose';
import { RosterChange } from '../../models/roster-change.js';
import type { RosterRun } from '../../models/roster-run.js';
import { SECTION_TIES } from '../../runs/changes/tie-kinds.js';

/**
 * The sections (hex ids) of which a person has seen whom they lose, and let them go: by accepting what the account's guard withheld, or by applying
 * a preview. Nobody has seen what else an event's guard withholds.
 */
export async function findSeen({
  _id,
  purpose,
}: Pick<RosterRun, '_id' | 'purpose'>): Promise<ReadonlySet<string>> {
  if (purpose !== 'accept' && purpose !== 'apply') return new Set();
  const sections: Types.ObjectId[] = await RosterChange.distinct('target', {
    run: _id,
    state: 'applied',
    kind: { $in: ['section', ...Object.values(SECTION_TIES.kinds)] },
  });
  return new Set(sections.map((id) => id.toHexString()));
}
