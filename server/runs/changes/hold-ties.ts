import type { Types } from 'mongoose';
import type { KindCounts } from '../../models/run.js';
import type { HeldRun } from '../engine/hold-run.js';
import { contentHash } from '../../models/content-hash.js';
import { fieldChange, type Change } from './change.js';
import { ROLES, type Role, type Ties } from './compare-ties.js';
import type { TieVerdict } from './judge-ties.js';
import { noteChanges } from './note-changes.js';
import type { TieKinds } from './tie-kinds.js';

/** A section or class as it is written now, with those of its people who wait for a person. */
export interface HeldTies {
  target: Types.ObjectId;
  sourceId: string;
  name: string;
  held: Record<Role, ReadonlySet<string>>;
  /** What is stored, by role: ids of either kind. */
  stored: Record<Role, readonly unknown[]>;
  /** What the source says. */
  told: Ties;
}

/**
 * Notes the ties that wait for a person, a row a section or class and role: accepted, the list is written without them; rejected, it
 * stays until the source says something else of it.
 */
export async function holdTies(
  run: HeldRun,
  { kinds, paths }: TieKinds,
  items: readonly HeldTies[],
  doubtful: boolean,
): Promise<void> {
  const changes = items.flatMap(({ target, sourceId, name, held, stored, told }) =>
    ROLES.filter((role) => held[role].size > 0).map((role): Change => {
      const before = stored[role];
      const after = before.filter((id) => !held[role].has(String(id)));
      return {
        kind: kinds[role],
        action: 'removed',
        target,
        sourceId,
        fields: [fieldChange(paths[role], before, after)],
        searchKey: name.toLowerCase(),
        size: held[role].size,
        keptFor: markOf(told),
        ...(doubtful ? { doubtful } : {}),
      };
    }),
  );
  await noteChanges(run, changes, 'held');
  for (const { kind, size } of changes) run.count(kind, 'held', size);
}

/** By what a section or class of which somebody rejected a removal knows that the source says still the same. */
export function markOf({ students, teachers }: Ties): string {
  return contentHash([teachers, students]);
}

/** Counts those whom the guard lets go, and says plainly why the others wait. */
export function tellTies(
  run: HeldRun,
  kinds: Record<Role, string>,
  missing: Record<Role, number>,
  verdicts: Record<Role, TieVerdict>,
): void {
  for (const role of ROLES) {
    const { held, here, why } = verdicts[role];
    const gone = run.preview ? missing[role] : missing[role] - held;
    if (gone > 0) run.count(kinds[role], 'removed', gone);
    if (why)
      run.warn({ code: run.preview ? 'would be held' : 'held', kind: kinds[role], gone: held, here, why });
  }
}

/** Of a preview that is applied: counts the ties that ended by it as the preview did. */
export function countEnded(
  run: HeldRun,
  { kinds }: Pick<TieKinds, 'kinds'>,
  previewed: Record<string, KindCounts>,
): void {
  for (const role of ROLES) {
    const { removed = 0 } = previewed[kinds[role]] ?? {};
    if (removed > 0) run.count(kinds[role], 'removed', removed);
  }
}
