import { countOf } from '../web/format-count.js';
import type { Deletion } from './delete-classes.js';
import type { DeletionPreview } from './queries.js';
import type { Restoration } from './restore-classes.js';
import type { TypesSet } from './set-types.js';
import type { Undone } from './undo-change.js';

const classes = (count: number): string => countOf(count, 'class', 'classes');
const appointments = (count: number): string => countOf(count, 'appointment', 'appointments');

/**
 * What a deletion would do.
 * @param when from `nextSync`
 */
export function tellBefore(preview: DeletionPreview, when: string | undefined): string[] {
  const { ids, imported, byHand, withAppointments, appointments: living } = preview;
  const several = ids.length > 1;
  const told = [
    `${classes(ids.length)} ${several ? 'leave' : 'leaves'} the event, and parents no longer see ${several ? 'them' : 'it'}.`,
  ];
  if (living > 0)
    told.push(
      `${several ? countOf(withAppointments, 'of them has', 'of them have') : 'It has'} ${appointments(living)}. ${living === 1 ? 'It stays booked and is' : 'They stay booked and are'} listed under Problems.`,
    );
  const at = when ? `, ${when}` : '';
  if (imported > 0)
    told.push(
      `${byHand > 0 ? countOf(imported, 'imported class reappears', 'imported classes reappear') : several ? 'They reappear' : 'It reappears'} at the next sync${at}, without the name, type, and room that were set here.`,
    );
  if (byHand > 0)
    told.push(
      `${imported > 0 ? countOf(byHand, 'class was', 'classes were') : several ? 'They were' : 'It was'} made by hand. Syncs don’t bring ${byHand === 1 ? 'it' : 'them'} back.`,
    );
  if (imported > 0 && !when) told.push('The sync of this event is off now.');
  return told;
}

/**
 * What a deletion did, and when the sync restores the classes.
 * @param when from `nextSync`
 */
export function tellDeletion(done: Deletion, names: string[], when: string | undefined): string {
  if (done.ids.length === 0 && done.problems === 0)
    return 'Nothing was deleted. Select at least one class that’s still in the event.';
  const what = done.ids.length === 1 ? (names[0] ?? classes(1)) : classes(done.ids.length);
  const told = [`Deleted ${what}.`];
  if (done.problems > 0)
    told.push(
      `${countOf(done.problems, 'appointment stays and is', 'appointments stay and are')} in the problem list now.`,
    );
  if (done.imported > 0) told.push(`${itOrThey(done)} at the next sync${when ? `, ${when}` : ''}.`);
  else if (done.ids.length > 0)
    told.push(
      done.ids.length === 1
        ? 'It was made by hand, so syncs don’t bring it back.'
        : 'Syncs don’t bring them back.',
    );
  return told.join(' ');
}

function itOrThey({ ids, imported, byHand }: Deletion): string {
  if (ids.length === 1) return 'It reappears';
  return byHand === 0
    ? 'They reappear'
    : countOf(imported, 'imported one reappears', 'imported ones reappear');
}

export function tellTypes(done: TypesSet): string {
  const told: string[] = [];
  const { hidden, hiddenImported, changed, booked, stale } = done;
  if (changed > 0 && hidden > 0) {
    told.push(`${countOf(hidden, 'class is', 'classes are')} hidden.`);
    if (hiddenImported > 0) told.push(`${hidden === 1 ? 'It stays' : 'They stay'} in the nightly sync.`);
    if (booked > 0) told.push(`${countOf(booked, 'appointment stays', 'appointments stay')} booked.`);
  }
  const others = changed - hidden;
  if (others > 0) told.push(`${countOf(others, 'type is', 'types are')} saved.`);
  if (stale > 0)
    told.push(
      `${countOf(stale, 'class was', 'classes were')} changed by somebody else in the meantime and left as listed.`,
    );
  return told.join(' ') || 'No type was changed.';
}

export function tellRestoration(done: Restoration): string {
  if (done.classes === 0) return 'These classes are already in the event.';
  const booked = done.appointments > 0 ? ` ${appointments(done.appointments)} booked again.` : '';
  return `${countOf(done.classes, 'class is', 'classes are')} back, with ${done.classes === 1 ? 'its' : 'their'} settings.${booked}`;
}

export function tellUndo(done: Extract<Undone, { ok: true }>): string {
  const missing = done.of - done.classes;
  const since =
    missing > 0
      ? ` ${classes(missing)} ${missing === 1 ? 'was changed since and stays' : 'were changed since and stay'} as ${missing === 1 ? 'it is' : 'they are'}.`
      : '';
  if (done.classes === 0) return `Nothing to undo.${since}`;
  if (done.what === 'types')
    return `${countOf(done.classes, 'type is', 'types are')} back to what ${done.classes === 1 ? 'it was' : 'they were'}.${since}`;
  return `${tellRestoration(done)}${since}`;
}
