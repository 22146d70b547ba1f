import type { Definition, Group, Part, ReportEvent } from './make-report.js';
import type { ReportQuery } from './schema.js';

/** How such a report is read: first a list of everything it covers, which is divided into pages, then the rows of a part of it. */
interface Source<Row, Item, Found> {
  /** Teachers, rooms or families in order, and whatever else is found on the way. */
  find: (event: ReportEvent, query: ReportQuery) => Promise<Found & { items: Item[] }>;
  groupsOf: (event: ReportEvent, items: Item[], query: ReportQuery, found: Found) => Promise<Group<Row>[]>;
  /** How many are read at once for a file. */
  batch: number;
  /** What a page shows beside its groups. */
  more?: (found: Found) => Omit<Part<Row>, 'groups' | 'total'>;
}

/** Reads such a report: one page, or all. */
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
      const read = (from: number) => groupsOf(event, found.items.slice(from, from + batch), query, found);
      if (found.items.length === 0) return;
      let next = read(0);
      for (let from = batch; from < found.items.length; from += batch) {
        const groups = await next;
        // The database reads on while these are written. A fault of that is told when it is waited for.
        next = read(from);
        next.catch(() => undefined);
        yield groups;
      }
      yield await next;
    },
  };
}
