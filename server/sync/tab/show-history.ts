import type { KindCounts } from '../../models/run.js';
import type { SyncRun } from '../../models/sync-run.js';
import { countOf, number, tookInWords } from '../../web/format-count.js';
import { shortDay, shortDayAndTime } from '../../web/format-time.js';
import { dayOf } from '../../web/local-time.js';
import type { Place } from '../../web/place.js';
import { tookOf } from '../../runs/show/measure-took.js';
import { pathOfRun } from '../../runs/show/queries.js';
import { isOver, STATE_WORDS } from '../../runs/show/show-run.js';
import { linesOf, type Chart, type ChartColumn, type Label } from '../../web/draw-chart.js';
import { drawHistory, FRAME, totalOf, type Column } from './draw-history.js';
import { sumRun, type RunNumbers } from './sum-run.js';

interface ShownRun {
  href: string;
  when: string;
  /** The day without the time. */
  day: string;
  state: { kind: string; word: string };
  /** Failed and stopped runs are marked. */
  mark: 'failed' | 'stopped' | '';
  numbers: RunNumbers;
  took: string;
  column: Column;
  /** Everything about the run in one line, shown at the pointer. */
  tip: string;
}

export interface ShownHistory {
  chart: Chart;
  /** Oldest first. */
  runs: ShownRun[];
  ends: Label[];
  description: string;
}

/**
 * The chart of an event's runs, and the table with the same numbers. Leaves out runs that are not over and those that are no sync
 * (previews, undos, decisions); null for fewer than two.
 * @param runs newest first; @param refreshes what their refreshes did, by id
 */
export function showHistory(
  runs: SyncRun[],
  refreshes: Map<string, Record<string, KindCounts>>,
  place: Place,
): ShownHistory | null {
  const over = runs.filter((run) => isOver(run) && run.purpose === 'sync').reverse();
  if (over.length < 2) return null;
  const known = over.map((run) => ({
    run,
    numbers: sumRun(run.counts, refreshes.get(run.refresh?.toHexString() ?? '')),
    took: tookOf(run),
  }));
  const { columns, tops } = drawHistory(known);
  const shown = known.flatMap(({ run, numbers, took }, index) => {
    const column = columns[index];
    return column ? [showOne(run, numbers, tookInWords(took), column, place)] : [];
  });
  const description = describe(known, shown);
  const ends = endsOf(shown);
  return { runs: shown, ends, description, chart: chartOf(shown, tops, ends, description) };
}

function chartOf(
  runs: ShownRun[],
  tops: { counts: number; took: number },
  ends: Label[],
  description: string,
): Chart {
  return {
    id: 'history',
    description,
    height: FRAME.height,
    base: FRAME.took.base,
    titles: [
      { y: FRAME.counts.title, label: 'People and classes' },
      { y: FRAME.took.title, label: 'How long it took' },
    ],
    lines: [...linesOf(FRAME.counts, tops.counts, number), ...linesOf(FRAME.took, tops.took, tookInWords)],
    columns: runs.map(columnOf),
    labels: ends.map((end) => ({ ...end, y: FRAME.days })),
    keys: [
      { role: 'full', label: 'New or came back' },
      { role: 'slanted', label: 'Changed' },
      { role: 'level', label: 'Removed' },
    ],
  };
}

function columnOf({ column, tip, mark }: ShownRun): ChartColumn {
  const { x, width, added, changed, removed, took, cut } = column;
  return {
    x,
    width,
    tip,
    bars: [
      ...(added ? [{ ...added, role: 'full' as const }] : []),
      ...(changed ? [{ ...changed, role: 'slanted' as const }] : []),
      ...(removed ? [{ ...removed, role: 'level' as const }] : []),
      ...(took ? [{ ...took, role: 'ink' as const }] : []),
    ],
    cuts: [...(cut.counts ? [FRAME.counts.top] : []), ...(cut.took ? [FRAME.took.top] : [])],
    ...(mark ? { mark: { kind: mark, y: FRAME.marks } } : {}),
  };
}

function showOne(run: SyncRun, numbers: RunNumbers, took: string, column: Column, place: Place): ShownRun {
  const at = run.startedAt ?? run.createdAt;
  const when = shortDayAndTime(at, place);
  const state = STATE_WORDS[run.state];
  const mark = run.state === 'failed' || run.state === 'stopped' ? run.state : '';
  const { added, changed, removed, restored, withheld } = numbers;
  const parts = [
    ...(mark ? [mark] : []),
    `${number(added)} new`,
    ...(restored > 0 ? [`${number(restored)} came back`] : []),
    `${number(changed)} changed`,
    `${number(removed)} removed`,
    ...(withheld > 0 ? [`${number(withheld)} to review`] : []),
    ...(took ? [took] : []),
  ];
  const href = pathOfRun(run._id);
  const day = shortDay(dayOf(at, place.timeZone), place);
  return { href, when, day, state, mark, numbers, took, column, tip: `${when}: ${parts.join(', ')}` };
}

/** Two dates side by side need half the width of a phone. */
const ROOM_FOR_TWO = 50;

/** The dates of the first and the last run, below them; one text if two do not fit. */
function endsOf(runs: ShownRun[]): Label[] {
  const [first, last] = [runs[0], runs.at(-1)];
  if (!first || !last) return [];
  const right = last.column.x + last.column.width;
  if (first.day === last.day) return [{ x: 0, label: first.day, anchor: 'start' }];
  if (right < ROOM_FOR_TWO) return [{ x: 0, label: `${first.day} to ${last.day}`, anchor: 'start' }];
  return [
    { x: 0, label: first.day, anchor: 'start' },
    { x: right, label: last.day, anchor: 'end' },
  ];
}

/** The chart in words, for people who do not see it. */
function describe(known: { run: SyncRun; numbers: RunNumbers }[], shown: ShownRun[]): string {
  const ended = (state: string, word: string) => {
    const count = known.filter(({ run }) => run.state === state).length;
    return count > 0 ? [`${String(count)} ${word}`] : [];
  };
  const ends = [...ended('done', 'done'), ...ended('stopped', 'stopped'), ...ended('failed', 'failed')];
  const most = Math.max(...known.map(({ numbers }) => totalOf(numbers)));
  return [
    `${countOf(known.length, 'run', 'runs')} from ${shown[0]?.when ?? ''} to ${shown.at(-1)?.when ?? ''}, oldest on the left: ${ends.join(', ')}.`,
    `The largest run added, changed, or removed ${countOf(most, 'record', 'records')}.`,
    'The table below has every number.',
  ].join(' ');
}
