import { RosterChange } from '../../models/roster-change.js';
import type { HeldRun } from '../engine/hold-run.js';
import type { Role, Ties, TieWatch } from './compare-ties.js';
import type { TieKinds } from './tie-kinds.js';

/** Notes who came into sections or classes by the run's first try. @param kind what these are called */
export async function recallTies(
  { id }: Pick<HeldRun, 'id'>,
  kind: 'section' | 'class',
  { paths }: TieKinds,
  watch: Pick<TieWatch, 'gain'>,
): Promise<void> {
  const rows = RosterChange.find({ run: id, kind, state: 'applied' }, { sourceId: 1, fields: 1 });
  for await (const { sourceId, fields } of rows.lean().cursor()) {
    const listOf = (role: Role, side: 'before' | 'after') =>
      ((fields.find(({ path }) => path === paths[role])?.[side] ?? []) as unknown[]).map(String);
    const ties = (side: 'before' | 'after'): Ties => ({
      students: listOf('students', side),
      teachers: listOf('teachers', side),
    });
    watch.gain(sourceId, ties('before'), ties('after'));
  }
}
