import type { ContactDeletion, LevelNumbers } from '../../models/contact-deletion.js';
import { stagesOf, type ShownStage } from '../../runs/show/show-run.js';
import { andList, countOf } from '../../web/format-count.js';
import type { Style } from '../../web/place.js';
import { DELETION_STAGES } from './delete-contacts.js';
import { DELETION_LEVELS, type DeletionLevel } from './policy.js';
import type { DeletionNumbers } from './queries.js';
import type { DeletionStarted } from './start-deletion.js';

/** How the page names a level: "Admin Level - Event Administrator". */
export function levelLabel(level: string): string {
  const words = level.split(' ').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return `Admin Level - ${words.join(' ')}`;
}

const KINDS: [keyof LevelNumbers, string, string][] = [
  ['student', 'student', 'students'],
  ['guardian', 'guardian', 'guardians'],
  ['teacher', 'teacher', 'teachers'],
  ['staff', 'staff member', 'staff members'],
  ['parentLogin', 'parent’s login', 'parents’ logins'],
  ['staffLogin', 'staff account', 'staff accounts'],
];

/** "1,771 students, 2,140 guardians, and 3 staff accounts"; "nobody" for none. */
function numbersInWords(numbers: Partial<LevelNumbers>, style: Style): string {
  const parts = KINDS.flatMap(([kind, one, many]) => {
    const count = numbers[kind] ?? 0;
    return count > 0 ? [countOf(count, one, many)] : [];
  });
  return parts.length > 0 ? andList(parts, style) : 'nobody';
}

const WHO: Record<DeletionLevel, string> = {
  'appointment viewer': 'Deletes parents and students.',
  'appointment maker': 'Deletes viewers, parents, and students.',
  'resource administrator': 'Deletes front desk, viewers, parents, and students.',
  'event administrator': 'Deletes teachers, staff, front desk, viewers, parents, and students.',
  administrator: 'Deletes everybody but administrators.',
};

/** The levels to choose from, with the exact numbers that each removes. */
export function levelChoices({ levels }: DeletionNumbers, style: Style) {
  return DELETION_LEVELS.map((level) => ({
    value: level,
    label: levelLabel(level),
    hint: `${WHO[level]} Now: ${numbersInWords(levels[level], style)}.`,
  }));
}

const STAGE_WORDS: Record<(typeof DELETION_STAGES)[number], string> = {
  appointments: 'Appointments',
  events: 'Events',
  logins: 'Logins',
  roster: 'Roster records',
  people: 'Contacts',
  families: 'Families',
};

/** The progress bars of a deletion. */
export function deletionStages(deletion: ContactDeletion, now: Date): ShownStage[] {
  return stagesOf(deletion, null, DELETION_STAGES, now).map((stage) => ({
    ...stage,
    label: STAGE_WORDS[stage.key as keyof typeof STAGE_WORDS],
  }));
}

const REFUSED: Record<NonNullable<ContactDeletion['refused']>, string> = {
  'sync is running': 'A sync was running, so nothing was deleted. Try again when it has finished.',
  'merge is running': 'Two contacts were being merged, so nothing was deleted. Try again in a minute.',
  'still booked': 'Somebody booked an appointment a moment before, so nothing was deleted. Try again.',
};

/** Why a deletion cannot begin now. */
export const REFUSED_WORDS: Record<Extract<DeletionStarted, { ok: false }>['reason'], string> = {
  'sync is running':
    'A sync is running, and nothing is deleted yet. Try again when it has finished. The Importer shows its progress.',
  'merge is running':
    'Two contacts are being merged right now, and nothing is deleted yet. Try again in a minute.',
  'being deleted': 'Somebody is deleting contacts right now. See Advanced Options for the progress.',
};

/** How a deletion ended, as a sentence. */
export function sayDeletion(deletion: ContactDeletion, style: Style): string {
  if (deletion.refused) return REFUSED[deletion.refused];
  if (deletion.state === 'done')
    return `Deleted: ${numbersInWords(deletion.planned, style)}. The next import starts clean.`;
  if (deletion.state === 'failed')
    return 'Slotbell couldn’t finish deleting. What is deleted stays deleted. Delete All Contacts again to delete the rest.';
  return deletion.state === 'queued'
    ? 'Waiting for its turn. You can leave this page.'
    : 'Deleting. You can leave this page; it continues automatically. Syncs wait until it’s done.';
}
