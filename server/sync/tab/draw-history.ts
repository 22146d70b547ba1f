import { layColumns, roundTop, stackBar, type Bar } from '../../web/draw-chart.js';
import type { RunNumbers } from './sum-run.js';

/** A run as the chart needs it. */
export interface HistoryRun {
  numbers: RunNumbers;
  /** In ms; undefined if it never began. */
  took: number | undefined;
}

/** One run's place, in percent of the drawing's width, and its bars. */
export interface Column {
  x: number;
  width: number;
  added: Bar | null;
  changed: Bar | null;
  removed: Bar | null;
  took: Bar | null;
  /** Whether the bar exceeds its scale and ends in a break. */
  cut: { counts: boolean; took: boolean };
}

export interface History {
  columns: Column[];
  /** The value at the upper end of each scale: records, ms. */
  tops: { counts: number; took: number };
}

/** The two charts, one above the other, in px: where each begins, and its base. The marks of failed and stopped runs are between them. */
export const FRAME = {
  height: 262,
  counts: { title: 12, top: 26, base: 138 },
  marks: 152,
  took: { title: 186, top: 200, base: 240 },
  days: 258,
} as const;

/** With fewer columns than this the bars would be too wide. */
const FEWEST_COLUMNS = 15;
/** A first import brings thousands of records, a night three: a value this far above the median does not set the scale. */
const FAR_ABOVE = 10;

const MINUTE = 60_000;
const TOOK_TOPS = [
  2_000,
  10_000,
  20_000,
  MINUTE,
  2 * MINUTE,
  4 * MINUTE,
  10 * MINUTE,
  20 * MINUTE,
  60 * MINUTE,
  120 * MINUTE,
  240 * MINUTE,
  720 * MINUTE,
  1440 * MINUTE,
];

/** Lays out the runs as columns, in the order given. A pure function. */
export function drawHistory(runs: HistoryRun[]): History {
  const tops = {
    counts: roundTop(scaleEnd(runs.map(({ numbers }) => totalOf(numbers)))),
    took: roundTook(scaleEnd(runs.map(({ took }) => took ?? 0))),
  };
  const places = layColumns(runs.length, FEWEST_COLUMNS);
  const columns = runs.map(({ numbers, took = 0 }, index) => {
    const { added, changed, removed, restored } = numbers;
    const [bottom, middle, upper] = stackBar([added + restored, changed, removed], tops.counts, FRAME.counts);
    const [bar] = stackBar([took], tops.took, FRAME.took);
    return {
      x: places[index]?.x ?? 0,
      width: places[index]?.width ?? 0,
      added: bottom ?? null,
      changed: middle ?? null,
      removed: upper ?? null,
      took: bar ?? null,
      cut: { counts: totalOf(numbers) > tops.counts, took: took > tops.took },
    };
  });
  return { columns, tops };
}

/** How many records a run touched. */
export function totalOf({ added, changed, removed, restored }: RunNumbers): number {
  return added + changed + removed + restored;
}

/** The greatest value that is not far above the median. */
function scaleEnd(values: number[]): number {
  const some = values.filter((value) => value > 0).sort((a, b) => a - b);
  const middle = some[Math.floor((some.length - 1) / 2)] ?? 0;
  return some.findLast((value) => value <= middle * FAR_ABOVE) ?? 0;
}

function roundTook(value: number): number {
  return TOOK_TOPS.find((top) => value <= top) ?? value;
}
