import { sayResult } from '../../runs/log/say-result.js';
import { pathOfRun } from '../../runs/show/queries.js';
import { tookOf } from '../../runs/show/measure-took.js';
import { STATE_WORDS, TRIGGER_WORDS } from '../../runs/show/show-run.js';
import type { SyncRun } from '../../models/sync-run.js';
import { countRuns, eventRuns, refreshesOf } from '../../sync/tab/queries.js';
import { showHistory } from '../../sync/tab/show-history.js';
import { sumRun, type RunNumbers } from '../../sync/tab/sum-run.js';
import { tookInWords } from '../../web/format-count.js';
import { shortDayAndTime } from '../../web/format-time.js';
import { dayOf } from '../../web/local-time.js';
import type { Definition, ReportEvent } from '../make-report.js';

/** A run and what it did to people and classes. */
interface Row {
  run: SyncRun;
  numbers: RunNumbers;
}

/** How many runs the chart shows: a month of nights. */
const CHARTED = 30;
/** How many runs are read at once for a file. */
const BATCH = 200;

const count = (label: string, key: keyof RunNumbers) => ({
  label,
  isNumber: true as const,
  value: ({ numbers }: Row) => numbers[key],
});
const startOf = ({ run }: Row) => run.startedAt ?? run.createdAt;

export const syncHistory: Definition<Row> = {
  name: 'sync',
  title: 'Sync history',
  about: 'Every import and sync of this event, with what each one changed and how long it took.',
  least: 'event administrator',
  columns: [
    {
      label: 'Started',
      on: ['screen', 'paper'],
      value: (row, place) => shortDayAndTime(startOf(row), place),
      href: ({ run }) => pathOfRun(run._id),
    },
    { label: 'Date', on: ['file'], value: (row, { timeZone }) => ({ day: dayOf(startOf(row), timeZone) }) },
    { label: 'Time', on: ['file'], value: (row) => ({ time: startOf(row) }) },
    { label: 'Kind', value: ({ run }) => TRIGGER_WORDS[run.trigger] },
    {
      label: 'State',
      value: ({ run }) => STATE_WORDS[run.state].word,
      status: ({ run }) => STATE_WORDS[run.state].kind,
    },
    count('New', 'added'),
    count('Changed', 'changed'),
    count('Removed', 'removed'),
    count('Came back', 'restored'),
    count('To review', 'withheld'),
    { label: 'Took', value: ({ run }) => tookInWords(tookOf(run)) },
    { label: 'Result', value: ({ run }, place) => sayResult(run, place) },
  ],
  size: 50,
  noun: ['run', 'runs'],
  empty: {
    title: 'Nothing has been synced yet',
    text: 'You’ll see every run here once this event is imported from Clever or from roster files.',
  },
  read: async (event, _query, slice) => {
    const total = await countRuns(event._id);
    const { skip, size } = slice(total);
    const [rows, recent] = await Promise.all([readRuns(event, skip, size), eventRuns(event._id, 0, CHARTED)]);
    const counts = new Map(
      [...(await refreshesOf(event.account, recent))].map(([id, refresh]) => [id, refresh.counts]),
    );
    const history = showHistory(recent, counts, event);
    return {
      total,
      groups: [{ facts: [], rows }],
      ...(history ? { chart: { title: 'The last runs', drawing: history.chart } } : {}),
    };
  },
  readAll: async function* (event) {
    const total = await countRuns(event._id);
    for (let skip = 0; skip < total; skip += BATCH)
      yield [{ facts: [], rows: await readRuns(event, skip, BATCH) }];
  },
};

async function readRuns(event: ReportEvent, skip: number, size: number): Promise<Row[]> {
  const runs = await eventRuns(event._id, skip, size);
  const refreshes = await refreshesOf(event.account, runs);
  return runs.map((run) => ({
    run,
    numbers: sumRun(run.counts, refreshes.get(run.refresh?.toHexString() ?? '')?.counts),
  }));
}
