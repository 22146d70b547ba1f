import type { Definition, Group, Part, ReportEvent } from './make-report.js';
import type { ReportQuery } from './schema.js';

/** What a report is made of: first a list of all it is about, by which its pages go, then what some of those have. */
interface Source<Row, Item, Found> {
  /** Teachers, rooms or families, in their order, and what else is found on the way. */
  find: (event: ReportEvent, query: ReportQuery) => Promise<Found & { items: Item[] }>;
  groupsOf: (event: ReportEvent, items: Item[], query: ReportQuery, found: Found) => Promise<Group<Row>[]>;
  /** How many are read at once for a file. */
  batch: number;
  /** What a page says beside its groups. */
  more?: (found: Found) => Omit<Part<Row>, 'groups' | 'total'>;
}

/** Reads such a report: a page of it, or all. */
export function readInParts<Row, Item, Found>({
  find,
  groupsOf,
  batch,
  more,
}: Source<Row, Item, Found>): Pick<Definition<Row>, 'read' | 'readAll'> {
  return {
    read: async (event, query, slice) => {
      const found = await find(event, query);
      const { skip, size } = slice(found.items.length);
      return {
        ...more?.(found),
        total: found.items.length,
        groups: await groupsOf(event, found.items.slice(skip, skip + size), query, found),
      };
    },
    readAll: async function* (event, query) {
      const found = await find(event, query);
      for (let from = 0; from < found.items.length; from += batch)
        yield await groupsOf(event, found.items.slice(from, from + batch), query, found);
    },
  };
}
