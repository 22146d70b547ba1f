import { scaleBand, scaleLinear } from 'd3-scale';
import { stack } from 'd3-shape';

/** Where a chart's bars stand, in px from the top of the drawing. */
export interface Frame {
  top: number;
  base: number;
}

/** A bar or a part of one: px from the top of the drawing. */
export interface Bar {
  y: number;
  height: number;
}

/** Where a column stands, in percent of the drawing's width. */
export interface Across {
  x: number;
  width: number;
}

/** A part of a column. The roles are classes and patterns of the style sheet, so that dark screens and paper have their own colors. */
export type Role = 'full' | 'slanted' | 'level' | 'open' | 'ink';

/** A line of the scale: its height and its value in words. */
export interface Line {
  y: number;
  label: string;
}

/** A text below the columns. */
export interface Label {
  x: number;
  label: string;
  anchor: 'start' | 'middle' | 'end';
}

export interface ChartColumn extends Across {
  /** The whole column in one line, for the pointer. */
  tip: string;
  bars: (Bar & { role: Role })[];
  /** Where a bar that exceeds its scale is cut. */
  cuts: number[];
  mark?: { kind: 'failed' | 'stopped'; y: number };
}

/** What the partial `chart` draws: percent across and px down, so that words keep their size on a phone. */
export interface Chart {
  /** The id of the drawing in its page. */
  id: string;
  /** The chart in words, for people who do not see it. */
  description: string;
  height: number;
  /** How far down the pointer finds a column. */
  base: number;
  titles: Line[];
  lines: Line[];
  columns: ChartColumn[];
  labels: (Label & { y: number })[];
  keys: { role: Role; label: string }[];
}

/** The smallest height of a bar: everything that exists is visible. */
const THINNEST = 2;
const TOPS = [2, 4, 6, 10];

/**
 * Columns side by side.
 * @param fewest room for at least this many columns, as a few alone would look like a wall
 */
export function layColumns(count: number, fewest: number): Across[] {
  const band = scaleBand<number>()
    .domain(Array.from({ length: Math.max(count, fewest, 1) }, (_, index) => index))
    .range([0, 100]);
  return Array.from({ length: count }, (_, index) => ({
    x: round(band(index) ?? 0),
    width: round(band.bandwidth()),
  }));
}

/**
 * Parts on top of one another, the first at the base; null if there are none. A bar that exceeds the scale is cut, and its parts keep their
 * proportions.
 * @param top the value at the upper end of the scale
 */
export function stackBar(parts: number[], top: number, { top: upper, base }: Frame): (Bar | null)[] {
  const room = base - upper;
  const full = sumOf(parts);
  const height = scaleLinear()
    .domain([0, Math.max(full, top)])
    .range([0, room]);
  const high = parts.map((part) => (part > 0 ? Math.max(THINNEST, height(part)) : 0));
  const fit = Math.min(1, room / Math.max(THINNEST, sumOf(high)));
  const layers = stack<number[], number>()
    .keys(high.map((_, index) => index))
    .value((row, index) => (row[index] ?? 0) * fit)([high]);
  return layers.map(([span]) => {
    const [from = 0, to = 0] = span ?? [];
    return to > from ? { y: round(base - to), height: round(to - from) } : null;
  });
}

/**
 * Parts side by side, as a bar in a table row; null if there are none.
 * @param full the value of the whole width
 */
export function layRow(parts: number[], full: number): (Across | null)[] {
  const width = scaleLinear()
    .domain([0, Math.max(1, full)])
    .range([0, 100]);
  const layers = stack<number[], number>()
    .keys(parts.map((_, index) => index))
    .value((row, index) => row[index] ?? 0)([parts]);
  return layers.map(([span]) => {
    const [from = 0, to = 0] = span ?? [];
    return to > from ? { x: round(width(from)), width: round(width(to - from)) } : null;
  });
}

/** Rounds up to an even number that is easy to halve: 2, 4, 6, 10, 20, 40 … */
export function roundTop(value: number): number {
  for (let power = 1; ; power *= 10) for (const step of TOPS) if (value <= step * power) return step * power;
}

/** The lines at the top, the middle and the base of a scale. */
export function linesOf({ top: upper, base }: Frame, top: number, label: (value: number) => string): Line[] {
  return [
    { y: upper, label: label(top) },
    { y: (upper + base) / 2, label: label(top / 2) },
    { y: base, label: '0' },
  ];
}

/** Columns of counts, one beside the other, as a chart of its own. */
export interface BarChart {
  id: string;
  title: string;
  description: string;
  /** The labels of a column's parts, the lowest first. */
  parts: { role: Role; label: string }[];
  columns: {
    /** The label below the column, where there is room. */
    label: string;
    /** Columns of one group stand together; its name is below its first. */
    group: string;
    tip: string;
    values: number[];
  }[];
  /** The scale's numbers in words. */
  say: (value: number) => string;
}

const BARS = { title: 12, top: 26, base: 166, labels: 184, groups: 202, height: 208 } as const;
/** The most columns side by side on a phone. */
const MOST_LABELS = 6;
/** A day needs a quarter of a phone's width. */
const GROUP_WIDTH = 28;

export function drawBars({ id, title, description, parts, columns, say }: BarChart): Chart {
  const top = roundTop(Math.max(0, ...columns.map(({ values }) => sumOf(values))));
  // An empty place separates two groups.
  const shown = columns.flatMap((column, index) => {
    const before = columns[index - 1];
    return before && before.group !== column.group ? [undefined, column] : [column];
  });
  // There are at least as many places as labels: a few bars do not fill the width, and each has room for its label.
  const places = layColumns(shown.length, MOST_LABELS);
  const step = Math.ceil(shown.length / MOST_LABELS);
  let grouped = -GROUP_WIDTH;
  let group = '';
  let last = -step;
  const labels: Chart['labels'] = [];
  const drawn: ChartColumn[] = [];
  shown.forEach((column, index) => {
    const place = places[index];
    if (!column || !place) return;
    const bars = stackBar(column.values, top, BARS).flatMap((bar, part) => {
      const role = parts[part]?.role;
      return bar && role ? [{ ...bar, role }] : [];
    });
    drawn.push({ ...place, tip: column.tip, bars, cuts: [] });
    if (index - last >= step) {
      last = index;
      const middle = round(place.x + place.width / 2);
      labels.push({ x: middle, y: BARS.labels, label: column.label, anchor: 'middle' });
    }
    if (column.group !== group && place.x - grouped >= GROUP_WIDTH && place.x <= 100 - GROUP_WIDTH) {
      grouped = place.x;
      labels.push({ x: place.x, y: BARS.groups, label: column.group, anchor: 'start' });
    }
    group = column.group;
  });
  return {
    id,
    description,
    height: BARS.height,
    base: BARS.base,
    titles: [{ y: BARS.title, label: title }],
    lines: linesOf(BARS, top, say),
    columns: drawn,
    labels,
    keys: parts,
  };
}

function sumOf(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
