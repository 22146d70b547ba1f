import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { SyncRun } from '../../server/models/sync-run.js';
import { drawHistory, FRAME, type HistoryRun } from '../../server/sync/tab/draw-history.js';
import { showHistory } from '../../server/sync/tab/show-history.js';
import { sumRun } from '../../server/sync/tab/sum-run.js';
import { sayBadEnds, sayNight, saySync } from '../../server/sync/tab/say-sync.js';
import { counts, NOW, runOf, ZONE } from '../support/roster/made-run.js';
import { tookInWords } from '../../server/web/format-count.js';

const PLACE = { timeZone: ZONE, locale: 'en-US' } as const;
const said = { place: PLACE, now: NOW };
const none = { added: 0, changed: 0, removed: 0, restored: 0, withheld: 0 };

describe('the chart of an event’s runs', () => {
  const amount = fc.oneof(fc.constant(0), fc.nat(20), fc.nat(1_000_000));
  const anyRun: fc.Arbitrary<HistoryRun> = fc.record({
    numbers: fc.record({
      added: amount,
      changed: amount,
      removed: amount,
      restored: amount,
      withheld: amount,
    }),
    took: fc.option(fc.nat(100_000_000), { nil: undefined }),
  });

  it('keeps every bar in its frame, parts on top of one another, columns side by side', () => {
    fc.assert(
      fc.property(fc.array(anyRun, { minLength: 1, maxLength: 30 }), (runs) => {
        const { columns } = drawHistory(runs);
        let right = 0;
        for (const [index, column] of columns.entries()) {
          assert.ok(column.x >= right - 0.02 && column.x + column.width <= 100.2);
          right = column.x + column.width;
          let base: number = FRAME.counts.base;
          for (const bar of [column.added, column.changed, column.removed]) {
            if (!bar) continue;
            assert.ok(Math.abs(bar.y + bar.height - base) < 0.05, 'stands on the one below');
            assert.ok(bar.height > 0 && bar.y >= FRAME.counts.top - 0.05);
            base = bar.y;
          }
          const { numbers, took } = runs[index] ?? assert.fail();
          assert.equal(column.removed === null, numbers.removed === 0);
          assert.equal(column.added === null, numbers.added + numbers.restored === 0);
          assert.equal(column.took === null, !took);
          if (column.took) assert.ok(column.took.y >= FRAME.took.top - 0.05);
        }
      }),
    );
  });

  it('draws to scale: of two runs the one that did half as much is half as high', () => {
    const [one, two] = [100, 50].map((added) => ({ numbers: { ...none, added }, took: 60_000 }));
    const { columns, tops } = drawHistory([one!, two!]);
    assert.deepEqual(tops, { counts: 100, took: 60_000 });
    assert.deepEqual(
      columns.map(({ added }) => added?.height),
      [112, 56],
    );
    assert.equal(columns[0]?.added?.y, FRAME.counts.top);
  });

  it('cuts the bar of a first import, so that the nights after it are seen', () => {
    const runs = [12_000, 3, 5, 2].map((added) => ({ numbers: { ...none, added }, took: 1000 }));
    const { columns, tops } = drawHistory(runs);
    assert.equal(tops.counts, 6);
    assert.deepEqual(
      columns.map(({ cut }) => cut.counts),
      [true, false, false, false],
    );
    assert.equal(columns[0]?.added?.y, FRAME.counts.top);
  });

  it('shows what is there at all, however little beside the rest', () => {
    const runs = [{ numbers: { added: 1000, changed: 1, removed: 0, restored: 0, withheld: 0 }, took: 0 }];
    assert.ok((drawHistory(runs).columns[0]?.changed?.height ?? 0) >= 1.9);
  });

  it('counts people of the refresh and classes of the event, and neither the mirror nor what follows', () => {
    const refresh = {
      student: counts({ added: 1, removed: 2 }),
      teacher: counts({ added: 10 }),
      staff: counts({ changed: 100 }),
      guardian: counts({ restored: 1000 }),
      section: counts({ added: 7 }),
    };
    const run = {
      class: counts({ changed: 5, withheld: 3 }),
      resource: counts({ added: 9 }),
      appointment: counts({ changed: 9 }),
    };
    assert.deepEqual(sumRun(run, refresh), {
      added: 11,
      changed: 105,
      removed: 2,
      restored: 1000,
      withheld: 3,
    });
    assert.deepEqual(sumRun({}, undefined), none);
  });

  it('is not drawn for fewer than two runs that are over', () => {
    assert.equal(showHistory([runOf('running', 0), runOf('done', 1)], new Map(), PLACE), null);
    assert.ok(showHistory([runOf('failed', 0), runOf('done', 1)], new Map(), PLACE));
  });

  it('stands oldest left, with marks for what ended badly, and says so in words', () => {
    const runs = [
      runOf('failed', 0),
      runOf('stopped', 1),
      runOf('done', 2, { counts: { class: counts({ added: 4 }) } }),
    ];
    const history = showHistory(runs, new Map(), PLACE) ?? assert.fail();
    assert.deepEqual(
      history.runs.map(({ when, mark }) => [when, mark]),
      [
        ['Sun, Nov 22, 1:00 AM', ''],
        ['Mon, Nov 23, 1:00 AM', 'stopped'],
        ['Tue, Nov 24, 1:00 AM', 'failed'],
      ],
    );
    assert.match(
      history.description,
      /^3 runs from Sun, Nov 22, 1:00 AM to Tue, Nov 24.*1 done, 1 stopped, 1 failed/,
    );
    assert.match(history.description, /4 records/);
    assert.equal(history.runs[0]?.tip, 'Sun, Nov 22, 1:00 AM: 4 new, 0 changed, 0 removed, 41 s');
  });

  it('names the first and the last day, in one text while there is no room for two', () => {
    const ends = (nights: number) => {
      const runs = Array.from({ length: nights }, (_, night) => runOf('done', night));
      return showHistory(runs, new Map(), PLACE)?.ends.map(({ label }) => label);
    };
    assert.deepEqual(ends(3), ['Sun, Nov 22 to Tue, Nov 24']);
    assert.deepEqual(ends(10), ['Sun, Nov 15', 'Tue, Nov 24']);
  });
});

describe('what the Sync tab says', () => {
  const sentences: [string, SyncRun | undefined, RegExp][] = [
    ['never synced', undefined, /^Nothing has been synced yet\.$/],
    ['waiting', runOf('queued', 0), /^The sync is waiting for its turn\.$/],
    ['running', runOf('running', 0), /^The sync is running now\.$/],
    ['importing', runOf('running', 0, { trigger: 'first import' }), /^The import is running now\.$/],
    ['stopping', runOf('running', 0, { stopRequested: true }), /^A run stops at its next safe point\.$/],
    ['done', runOf('done', 0), /^Synced last night at 1:00 AM: nothing changed\.$/],
    ['stopped', runOf('stopped', 1), /^The sync yesterday at 1:00 AM was stopped\. /],
    [
      'failed',
      runOf('failed', 2, { result: { code: 'text', text: 'No answer.' } }),
      /^The sync on Sunday, November 22 at 1:00 AM failed: No answer\.$/,
    ],
    ['an hour of the day', runOf('done', -0.5), /^Synced today at 1:00 PM: /],
  ];
  for (const [name, run, expected] of sentences)
    it(`of the last run: ${name}`, () => assert.match(saySync(run, said), expected));

  it('of the nights: on and when next, resting, off and since when', () => {
    const next = new Date('2026-11-25T07:00:00Z');
    assert.equal(
      sayNight({ on: true, next }, said),
      'The nightly sync is on. It runs next on Wednesday, November 25 at 1:00 AM.',
    );
    assert.match(
      sayNight({ on: true, next, pausedBy: 'archived' }, said),
      /paused while the event is archived/,
    );
    assert.match(sayNight({ on: true, next, pausedBy: 'not connected' }, said), /Clever isn’t enabled/);
    assert.match(
      sayNight({ on: false, since: NOW }, said),
      /has been off since Tuesday, November 24 at 12:00 PM\./,
    );
    assert.match(sayNight({ on: false }, said), /^The nightly sync is off\./);
  });

  it('of bad ends: when the last good run was, and what came since', () => {
    const good = runOf('done', 3);
    const bad = [runOf('failed', 0), runOf('stopped', 1), runOf('failed', 2)];
    assert.equal(
      sayBadEnds([runOf('running', -1), ...bad, good], good, said),
      'The last good run was on Saturday, November 21 at 1:00 AM. Since then, 2 failed and 1 was stopped.',
    );
    assert.match(sayBadEnds(bad, good, said), /Since then, at least 2 failed and 1 was stopped/);
    assert.equal(sayBadEnds(bad, null, said), 'No sync has finished yet: 2 failed and 1 was stopped.');
    assert.equal(sayBadEnds([runOf('queued', 0), good, ...bad], good, said), '');
    assert.equal(sayBadEnds([], null, said), '');
  });

  it('of durations', () => {
    const words = [0, 1_400, 41_000, 59_700, 185_000, 180_000, 3_599_600, 3_840_000].map(tookInWords);
    assert.deepEqual(words, ['under 1 s', '1 s', '41 s', '1 min', '3 min 5 s', '3 min', '1 h', '1 h 4 min']);
    assert.equal(tookInWords(undefined), '');
  });
});
