import {
  everyAppointment,
  filterOf,
  readSome,
  type AppointmentFilter,
  type Search,
} from './list-appointments.js';
import type { TimeRow } from './list-times.js';
import type { Definition } from './make-report.js';
import { matchNames } from './match-names.js';

/**
 * Reads a report of all appointments by time: one page, or all.
 * @param searches the filter for each of the report's `shows`; an unknown word counts as ''
 * @param countEach how many appointments each of them has in the search
 */
export function readByTime<Show extends string>(
  searches: Record<Show | '', Pick<Search, 'state' | 'attended'>>,
  countEach: (filter: AppointmentFilter) => Promise<Record<Show | '', number>>,
): Pick<Definition<TimeRow>, 'search' | 'byDay' | 'size' | 'noun' | 'empty' | 'read' | 'readAll'> {
  const shown = (show: string) => (Object.hasOwn(searches, show) ? (show as Show) : '');
  return {
    search: 'Search teachers, students and parents',
    byDay: true,
    size: 100,
    noun: ['appointment', 'appointments'],
    empty: {
      title: 'No appointments here',
      text: 'You’ll see them here as soon as the first family books.',
    },
    read: async (event, query, slice) => {
      const show = shown(query.show);
      const filter = await filterOf(event, query);
      const counts = await countEach(filter);
      const total = counts[show];
      const { skip, size } = slice(total);
      const rows = await matchNames(event, await readSome(filter, searches[show], skip, size));
      return { total, counts, groups: [{ facts: [], rows }] };
    },
    readAll: async function* (event, query) {
      for await (const rows of everyAppointment(event, { ...query, ...searches[shown(query.show)] }))
        yield [{ facts: [], rows }];
    },
  };
}
