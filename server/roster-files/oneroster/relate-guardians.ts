import type { CleverUser } from '../../clever/schema.js';
import { breathe, isDue } from '../../tables/breathe.js';
import { addOnce, childOf } from '../records/add-once.js';
import type { Collected } from '../records/collect-objects.js';
import { relationshipOf, type PersonRole } from './map-oneroster.js';
import { DISTRICT, listOf, type OneRoster } from './oneroster.js';
import type { Row } from '../../tables/reading.js';
import { recordId } from '../records/record-id.js';
import type { FromFile } from '../records/roster-files.js';
import { relieve, Ties } from '../records/resolve-ties.js';

/** The column with a user's guardians or children. */
export const AGENTS = 'agentSourcedIds';

/** A user while the files are read: the roles may be in a file of their own. */
export interface Draft {
  row: Row;
  user: FromFile<CleverUser>;
  /** The role word by which somebody is a child's guardian. */
  guardianAs: string;
  /** The school of the primary role, by role. */
  mains?: Map<PersonRole, string>;
}

/**
 * Ties guardians to students by the column agentSourcedIds, which may be in either's row. If users.csv holds only changes, the ties are
 * added to the stored ones.
 */
export async function relateGuardians(
  part: OneRoster,
  users: Collected<CleverUser>,
  drafts: ReadonlyMap<string, Draft>,
): Promise<void> {
  const { reading, known, manifest } = part;
  // A row that was left out may be about a child of somebody here.
  const told = [...drafts.values()].map(({ row }) => row);
  const changes =
    manifest.modeOf('users') === 'delta' ||
    users.isDoubtful ||
    users.leftOut.size > 0 ||
    told.some((row) => row.hasLost(AGENTS)) ||
    // Files without any such tie say nothing about guardians.
    told.every((row) => row.of(AGENTS) === '');
  let lost = false as boolean;
  const agents = new Ties(reading, known, 'contacts', users, 'parent');
  for (const draft of drafts.values()) {
    if (isDue()) await breathe();
    await relieve(agents);
    const { row, user } = draft;
    if (!users.objects.has(user.id)) continue;
    if (user.roles?.contact && changes) keepAll(user);
    for (const raw of reading.counted(listOf(row.of(AGENTS))))
      agents.add(
        row,
        AGENTS,
        'user',
        recordId('user', raw),
        (id) => {
          if (user.roles?.contact) relate(user, id, draft.guardianAs);
          if (user.roles?.student)
            relate(guardianOf(users, id), user.id, drafts.get(id)?.guardianAs ?? 'parent');
        },
        () => {
          lost = true;
        },
      );
  }
  await agents.resolve();
  if (lost) for (const { user } of drafts.values()) if (user.roles?.contact) keepAll(user);
}

/** Keeps the guardian's stored ties: this upload removes none. */
function keepAll(user: FromFile<CleverUser>): void {
  user.slotbell = { ...user.slotbell, tiesChange: user.slotbell?.tiesChange ?? { without: [] } };
}

/** The guardian in a student's row: of this upload, or a stored one of whom only the ties are given. */
function guardianOf(users: Collected<CleverUser>, id: string): FromFile<CleverUser> {
  const known = users.objects.get(id);
  if (known) return known;
  const fresh: FromFile<CleverUser> = {
    id,
    district: DISTRICT,
    roles: { contact: { student_relationships: [] } },
    slotbell: { onlyTies: true, tiesChange: { without: [] } },
  };
  users.objects.set(id, fresh);
  return fresh;
}

/** A user who is not a guardian (a student's aide, for example) gets no such ties. */
function relate({ roles }: CleverUser, student: string, word: string): void {
  const ties = roles?.contact?.student_relationships ?? [];
  addOnce(ties, { student, ...relationshipOf(word) }, childOf);
}
