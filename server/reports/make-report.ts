import type { AccessLevel } from '../models/user.js';
import type { Chart } from '../web/draw-chart.js';
import { groupBy } from '../web/lists.js';
import type { Place, PlacedEvent } from '../web/place.js';
import type { Sight } from '../web/sight.js';
import type { ReportQuery } from './schema.js';
import { writeCell, type CellValue } from './write-cell.js';
import { rowWriter } from './write-rows.js';

/** An event, the part of it that the reader sees, and who the reader is in it. */
export type ReportEvent = PlacedEvent & { sight: Sight; level: AccessLevel };

export type Medium = 'screen' | 'paper' | 'file';

export type StatusKind = 'ok' | 'notice' | 'danger' | 'busy' | 'off';

/** A column of a report. It is the same on the page, on paper and in files, unless `on` limits it. */
export interface Column<Row> {
  label: string;
  value: (row: Row, place: Place) => CellValue;
  /** Where the column is shown; everywhere by default. */
  on?: readonly Medium[];
  /** Numbers are aligned right. */
  isNumber?: true;
  /** The cell stays on one line. */
  isShort?: true;
  /** On a page: the link of the cell, and the symbol before its word. */
  href?: (row: Row, event: ReportEvent) => string;
  status?: (row: Row) => StatusKind;
  /** Further words below the cell's text. */
  below?: (row: Row) => string;
}

/** Rows under one heading: a teacher's, a room's, a family's. A report without headings is one group. */
export interface Group<Row> {
  title?: string;
  /** A text below the heading. */
  facts: string[];
  rows: Row[];
  /** A link for doing something with the group. */
  link?: { label: string; href: string };
}

export interface Slice {
  skip: number;
  size: number;
}

/** A part of a report that fits on a page. */
export interface Part<Row> {
  groups: Group<Row>[];
  /** How many groups there are, or rows if the report has no headings. */
  total: number;
  /** How many each of the `shows` has. */
  counts?: Record<string, number>;
  stats?: { label: string; value: number; note?: string }[];
  chart?: { title: string; drawing: Chart };
  /** The text for an empty report, instead of the report's own. */
  empty?: { title: string; text: string };
}

/** Everything particular to one report. To add a report, add a file in `definitions/` and a line in `list-reports.ts`. */
export interface Definition<Row> {
  /** The name in its address and its files. */
  name: string;
  title: string;
  /** A description in a sentence or two. */
  about: string;
  /** The level required to read it; an appointment viewer's by default. */
  least?: AccessLevel;
  columns: Column<Row>[];
  /** Further columns, last in each row, that depend on the event: its questions. */
  eventColumns?: (event: ReportEvent) => Column<Row>[];
  /** The label of its search; absent if it has none. */
  search?: string;
  /** It can be limited to one day. */
  byDay?: true;
  /** What it can be limited to; the first is the default. */
  shows?: { label: string; items: [key: string, label: string][] };
  size: number;
  noun: [one: string, many: string];
  /** A sentence below the heading about a group's rows: "12 booked, 3 free". */
  sum?: (rows: Row[], query: ReportQuery) => string;
  /** The day of a row, if each day gets its own sheet of paper. */
  sheetDay?: (row: Row) => string;
  /** Groups stand under one another on paper, to be cut apart, instead of each on a sheet of its own. */
  sharesSheets?: true;
  /** For a list of families: the ids that a row's box stands for, so that somebody who runs the event can write to them. */
  pick?: (row: Row) => string[];
  /** The group of a mailing to everybody in the list. */
  writeTo?: (query: ReportQuery) => string;
  empty: { title: string; text: string };
  /** @param slice of the groups, or of the rows if there are no headings; `total` may say that there are fewer */
  read: (event: ReportEvent, query: ReportQuery, slice: (total: number) => Slice) => Promise<Part<Row>>;
  /** The whole report, in parts, for files and paper. Most take this and `read` from `read-in-parts.ts` or `read-by-time.ts`. */
  readAll: (event: ReportEvent, query: ReportQuery) => AsyncIterable<Group<Row>[]>;
}

/** A cell as a page shows it. */
export interface ShownCell {
  label: string;
  text: string;
  isNumber: boolean;
  isShort: boolean;
  href?: string;
  status?: StatusKind;
  below?: string;
}

export interface ShownGroup extends Omit<Group<never>, 'rows'> {
  rows: ShownCell[][];
  /** The value of each row's box, if rows can be selected. */
  picks?: string[];
}

/** A group on paper, as a part of the page. `day` where the sheet is about one day. */
export interface Sheet extends Pick<Group<never>, 'title' | 'facts'> {
  day?: string;
  rows: string;
}

/** A report, with the type of its rows hidden. */
export interface Report extends Omit<
  Definition<never>,
  'columns' | 'eventColumns' | 'read' | 'readAll' | 'sheetDay' | 'sum' | 'least' | 'pick'
> {
  least: AccessLevel;
  /** The names of its columns. */
  labels: (event: ReportEvent, medium: Medium) => { label: string; isNumber: boolean }[];
  show: (
    event: ReportEvent,
    query: ReportQuery,
    slice: (total: number) => Slice,
  ) => Promise<Omit<Part<never>, 'groups'> & { groups: ShownGroup[] }>;
  /** For paper: a group for each sheet. */
  sheets: (event: ReportEvent, query: ReportQuery) => AsyncIterable<Sheet[]>;
  /** For files, row by row. */
  lines: (event: ReportEvent, query: ReportQuery) => AsyncIterable<CellValue[][]>;
}

/** Makes a report from its definition. */
export function makeReport<Row>(definition: Definition<Row>): Report {
  const {
    columns,
    eventColumns,
    read,
    readAll,
    sheetDay,
    pick,
    sum,
    least = 'appointment viewer',
    ...same
  } = definition;
  const on = (event: ReportEvent, medium: Medium) =>
    [...columns, ...(eventColumns?.(event) ?? [])].filter((column) => column.on?.includes(medium) ?? true);
  const showRow = (row: Row, shown: Column<Row>[], event: ReportEvent): ShownCell[] =>
    shown.map(({ label, value, isNumber = false, isShort = false, href, status, below }) => ({
      label,
      isNumber,
      isShort,
      text: writeCell(value(row, event), event),
      ...(href ? { href: href(row, event) } : {}),
      ...(status ? { status: status(row) } : {}),
      ...(below ? { below: below(row) } : {}),
    }));
  const showGroup = (
    { rows, facts, ...group }: Group<Row>,
    event: ReportEvent,
    query: ReportQuery,
  ): ShownGroup => {
    const shown = on(event, 'screen');
    return {
      ...group,
      facts: sum ? [...facts, sum(rows, query)] : facts,
      rows: rows.map((row) => showRow(row, shown, event)),
      ...(pick ? { picks: rows.map((row) => pick(row).join(',')) } : {}),
    };
  };

  return {
    ...same,
    least,
    labels: (event, medium) => on(event, medium).map(({ label, isNumber = false }) => ({ label, isNumber })),
    show: async (event, query, slice) => {
      const { groups, ...part } = await read(event, query, slice);
      return { ...part, groups: groups.map((group) => showGroup(group, event, query)) };
    },
    sheets: async function* (event, query) {
      const writeRow = rowWriter(on(event, 'paper'), event);
      const sheetOf = ({ title, facts, rows }: Group<Row>): Sheet => ({
        ...(title === undefined ? {} : { title }),
        facts: sum ? [...facts, sum(rows, query)] : facts,
        rows: rows.map(writeRow).join(''),
      });
      for await (const groups of readAll(event, query))
        yield groups
          .filter(({ rows }) => rows.length > 0)
          .flatMap((group) =>
            sheetDay
              ? byDay(group, sheetDay).map(({ day, ...part }) => ({ ...sheetOf(part), day }))
              : [sheetOf(group)],
          );
    },
    lines: async function* (event, query) {
      const inFile = on(event, 'file');
      for await (const groups of readAll(event, query))
        yield groups.flatMap(({ rows }) => rows.map((row) => inFile.map(({ value }) => value(row, event))));
    },
  };
}

/** Divides a group by days; its rows are in order of time. */
function byDay<Row>(group: Group<Row>, dayOf: (row: Row) => string): (Group<Row> & { day: string })[] {
  return [...groupBy(group.rows, dayOf)].map(([day, rows]) => ({ ...group, rows, day }));
}
