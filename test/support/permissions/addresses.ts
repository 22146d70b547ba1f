import { REPORTS } from '../../../server/reports/list-reports.js';
import type { Place } from './place.js';

export type Places = Record<'mine' | 'mates' | 'others' | 'far', Place>;

/** The address of a route with the ids of a place; `event` may be another place's. */
export function fill(path: string, place: Pick<Place, 'ids'>, event = place): string {
  const words: Record<string, string> = {
    term: 'none',
    change: 'none',
    section: 's1',
    adult: 'none',
    mode: 'now',
    secret: 'nothing',
    color: 'nothing',
    logo: 'nothing',
    n: '0',
    language: 'es',
  };
  return path.replace(/:(\w+)/g, (_all, name: string) => {
    if (name === 'event') return event.ids.event!;
    if (name === 'link') return event.ids.link!;
    if (name === 'run' && path.startsWith('/importer/refreshes')) return place.ids.refresh!;
    const id = place.ids[name] ?? words[name];
    if (!id) throw new Error(`The test knows no ${name} for ${path}.`);
    return id;
  });
}

/** The reports that are asked for as this. What an Excel file holds is packed, and printed is what is on the page. */
function namesFor(path: string): string[] {
  if (path.endsWith('.xlsx')) return ['appointments'];
  return path.endsWith('/print') ? ['schedule', 'unbooked'] : REPORTS.map(({ name }) => name);
}

/** The paths of a route: one for each report where it takes its name. */
export function pathsOf(path: string): string[] {
  return path.includes(':report') ? namesFor(path).map((name) => path.replace(':report', name)) : [path];
}

/** All addresses of a path: of each place, and with another place's record inside the own event. The first is in the own place. */
export function addressesOf(path: string, places: Places): string[] {
  const { mine, mates, others, far } = places;
  const filled = [
    ...[mine, mates, others, far].map((place) => fill(path, place)),
    ...[others, far].map((place) => fill(path, place, mine)),
  ];
  const asked = filled.flatMap((one) =>
    /\/(slots|day-sheet|desk|schedule|appointments(\.csv)?|problems|contacts|classes|changes|held|withheld|outbox|messages)$/.test(
      one,
    )
      ? [one, `${one}?q=Q`]
      : one.includes('/times/')
        ? [mine, mates, others, far].map((place) => `${one}?student=${place.ids.student!}`)
        : [one],
  );
  const importer = [mine, others, far].map(
    ({ ids }) => `/importer?event=${ids.event!}&schools=${ids.school!}`,
  );
  return [...new Set([...asked, ...(path === '/importer' ? importer : [])])];
}

/** Fields under every name that a form of ours has, with the ids of the place. */
export function fieldsOf({ ids }: Place): Record<string, string> {
  return {
    event: ids.event!,
    slot: ids.slot!,
    student: ids.student!,
    students: ids.student!,
    change: ids.id!,
    key: 'abc',
    ids: ids.class!,
    classes: ids.class!,
    resources: ids.resource!,
    teacher: ids.resource!,
    schools: ids.school!,
    school: ids.school!,
    terms: 'none',
    pair: ids.pair!,
    pairs: ids.pair!,
    keep: ids.student!,
    level: 'administrator',
    action: 'unavailable',
    message: 'Away',
    link: 'https://meet.example.org/x',
    sure: '1',
    type: 'Hide',
    room: 'Elsewhere',
    name: 'Changed',
    kind: 'Nurse',
    to: 'shown',
    verdict: 'reject',
    reason: 'because',
    appointments: 'cancel',
    hour: '3',
    step: 'classes',
    done: '1',
    adult: `h${ids.household!}`,
    appointment: ids.id!,
    interpreter: ids.interpreter!,
    moves: `${ids.id!}-${ids.slot!}`,
    subject: 'News',
    text: 'Hello {parent}',
  };
}
