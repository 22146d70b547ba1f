import { RosterChange } from '../../models/roster-change.js';
import type { RosterRun } from '../../models/roster-run.js';
import { byRole, ROLES, type Role } from '../../runs/changes/compare-ties.js';
import { SECTION_TIES } from '../../runs/changes/tie-kinds.js';

/** By section (hex id): whom it lost, by the source's ids, as a person has seen. */
export type SeenLosses = ReadonlyMap<string, Record<Role, readonly string[]>>;

/**
 * Whom a person has seen leave sections, and let go: by accepting what the account's guard withheld, or by applying a preview. Only those: nobody
 * has seen who left the same section on another night or in the other list, whom an event's guard may withhold.
 */
export async function findSeen({ _id, purpose }: Pick<RosterRun, '_id' | 'purpose'>): Promise<SeenLosses> {
  const seen = new Map<string, Record<Role, string[]>>();
  if (purpose !== 'accept' && purpose !== 'apply') return seen;
  const rows = RosterChange.find(
    {
      run: _id,
      state: 'applied',
      kind: { $in: ['section', ...Object.values(SECTION_TIES.kinds)] },
      'fields.path': { $in: Object.values(SECTION_TIES.paths) },
    },
    { target: 1, fields: 1 },
  );
  for await (const { target, fields } of rows.lean().cursor()) {
    const key = target.toHexString();
    // A section's lists of students and teachers may have a row each.
    const lost = seen.get(key) ?? byRole((): string[] => []);
    for (const role of ROLES) lost[role].push(...lostIn(fields, SECTION_TIES.paths[role]));
    if (ROLES.some((role) => lost[role].length > 0)) seen.set(key, lost);
  }
  return seen;
}

function lostIn(fields: RosterChange['fields'], path: string): string[] {
  const { before = [], after = [] } = fields.find((field) => field.path === path) ?? {};
  const stay = new Set(after as string[]);
  return (before as string[]).filter((id) => !stay.has(id));
}
