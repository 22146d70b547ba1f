import type { Types } from 'mongoose';
import type { KindCounts } from '../../models/run.js';
import type { ActiveRun } from '../engine/active-run.js';
import { contentHash } from '../../models/content-hash.js';
import { fieldChange, type Change } from './change.js';
import { ROLES, type Role, type Ties } from './compare-ties.js';
import { noteChanges } from './note-changes.js';
import type { TieKinds } from './tie-kinds.js';

/** A section or class as it is written now. */
export interface WrittenTies {
  sourceId: string;
  name: string;
  /** What is stored, by role: ids of either kind. */
  stored: Record<Role, readonly unknown[]>;
  /** What the source says. */
  told: Ties;
}

interface WithheldTies extends WrittenTies {
  target: Types.ObjectId;
  /** The people who wait for a decision. */
  withheld: Record<Role, ReadonlySet<string>>;
}

/**
 * Notes the ties that wait for a person, one row for each section or class and role. Accepted, the list is written without them; rejected,
 * they stay until the source says something else about the list.
 */
export async function noteWithheldTies(
  run: ActiveRun,
  { kinds, paths }: TieKinds,
  items: readonly WithheldTies[],
  doubtful: boolean,
): Promise<void> {
  const changes = items.flatMap(({ target, sourceId, name, withheld, stored, told }) =>
    ROLES.filter((role) => withheld[role].size > 0).map((role): Change => {
      const before = stored[role];
      const after = before.filter((id) => !withheld[role].has(String(id)));
      return {
        kind: kinds[role],
        action: 'removed',
        target,
        sourceId,
        fields: [fieldChange(paths[role], before, after)],
        searchKey: name.toLowerCase(),
        size: withheld[role].size,
        keptFor: markOf(told),
        ...(doubtful ? { doubtful } : {}),
      };
    }),
  );
  await noteChanges(run, changes, 'withheld');
  for (const { kind, size } of changes) run.count(kind, 'withheld', size);
}

/** The fingerprint of what the source says of a list. A rejected removal stays rejected while it is the same. */
export function markOf({ students, teachers }: Ties): string {
  return contentHash([teachers, students]);
}

/** Counts the ties that ended by an applied preview, as the preview counted them. */
export function countEnded(
  run: ActiveRun,
  { kinds }: Pick<TieKinds, 'kinds'>,
  previewed: Record<string, KindCounts>,
): void {
  for (const role of ROLES) {
    const { removed = 0 } = previewed[kinds[role]] ?? {};
    if (removed > 0) run.count(kinds[role], 'removed', removed);
  }
}
