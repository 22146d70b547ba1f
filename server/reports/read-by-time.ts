import { everyAppointment, findWanted, readSome, type Search, type Wanted } from './list-appointments.js';
import type { TimeRow } from './list-times.js';
import type { Definition } from './make-report.js';

/**
 * Reads a report of all appointments by time: one page, or all.
 * @param searches the filter for each of the report's `shows`; an unknown word counts as ''
 * @param countEach how many appointments each of them has in the search
 */
export function readByTime<Show extends string>(
  searches: Record<Show | '', Pick<Search, 'state' | 'attended'>>,
  countEach: (wanted: Wanted) => Promise<Record<Show | '', number>>,
): Pick<Definition<TimeRow>, 'search' | 'byDay' | 'size' | 'noun' | 'empty' | 'read' | 'readAll'> {
  const shown = (show: string) => (Object.hasOwn(searches, show) ? (show as Show) : '');
  return {
    search: 'Search teachers, students, and parents',
    byDay: true,
    size: 100,
    noun: ['appointment', 'appointments'],
    empty: {
      title: 'No appointments here',
      text: 'You’ll see them here as soon as the first family books.',
    },
    read: async (event, query, slice) => {
      const show = shown(query.show);
      const wanted = await findWanted(event, query);
      const counts = await countEach(wanted);
      const total = counts[show];
      const { skip, size } = slice(total);
      const rows = await readSome(event, wanted, searches[show], skip, total === 0 ? 0 : size);
      return { total, counts, groups: [{ facts: [], rows }] };
    },
    readAll: async function* (event, query) {
      for await (const rows of everyAppointment(event, { ...query, ...searches[shown(query.show)] }))
        yield [{ facts: [], rows }];
    },
  };
}
