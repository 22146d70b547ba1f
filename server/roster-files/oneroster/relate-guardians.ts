import type { CleverUser } from '../../clever/schema.js';
import { breathe, isDue } from '../../tables/breathe.js';
import { addOnce, childOf } from '../records/add-once.js';
import type { Collected } from '../records/collect-objects.js';
import { relationshipOf, type PersonRole } from './map-oneroster.js';
import { DISTRICT, listOf, type OneRoster } from './oneroster.js';
import type { Row } from '../../tables/reading.js';
import { recordId } from '../records/record-id.js';
import type { FromFile } from '../records/roster-files.js';
import { relieve, Ties } from '../records/settle-ties.js';

/** The column of a user's guardians, or children. */
export const AGENTS = 'agentSourcedIds';

/** A user while the files are read: the roles may come in a file of their own. */
export interface Draft {
  row: Row;
  user: FromFile<CleverUser>;
  /** The word of the role by which somebody is a child's guardian. */
  guardianAs: string;
  /** The school of the primary role, by role. */
  mains?: Map<PersonRole, string>;
}

/**
 * Ties guardians to students by the column agentSourcedIds, which may stand on either side. Where users.csv brings changes
 * alone, ties are added to those known before.
 */
export async function relateGuardians(
  part: OneRoster,
  users: Collected<CleverUser>,
  drafts: ReadonlyMap<string, Draft>,
): Promise<void> {
  const { reading, known, manifest } = part;
  // Who stands behind a row that was left out may be a child of somebody here.
  const told = [...drafts.values()].map(({ row }) => row);
  const changes =
    manifest.modeOf('users') === 'delta' ||
    users.isDoubtful ||
    users.leftOut.size > 0 ||
    told.some((row) => row.hasLost(AGENTS)) ||
    // Files that relate nobody to anybody do not tell of guardians at all.
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
  await agents.settle();
  if (lost) for (const { user } of drafts.values()) if (user.roles?.contact) keepAll(user);
}

/** Nobody is taken from a guardian by this upload. */
function keepAll(user: FromFile<CleverUser>): void {
  user.slotbell = { ...user.slotbell, tiesChange: user.slotbell?.tiesChange ?? { without: [] } };
}

/** The guardian of a student's row: of this upload, or one known before, of whom only the ties are told. */
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

/** A user who is no guardian (a student's aide, say) has no such ties. */
function relate({ roles }: CleverUser, student: string, word: string): void {
  const ties = roles?.contact?.student_relationships ?? [];
  addOnce(ties, { student, ...relationshipOf(word) }, childOf);
}
