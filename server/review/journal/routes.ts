import type { Request, Response, Router } from 'express';
import { actorOf, mayRunAll } from '../../web/actor.js';
import { addressOf, pagerOf, sliceOf } from '../../web/paging.js';
import { parseQuery } from '../../web/parse.js';
import { nameRows } from '../run/name-rows.js';
import { readableRefresh, readableRuns, type RunPlace } from '../../runs/show/queries.js';
import { countLog, readLog } from './read-log.js';
import { sayLine } from '../../runs/log/say-note.js';
import { countRows, isOver, KIND_WORDS, ONE_WORDS } from '../../runs/show/show-run.js';
import { exportChanges } from './export-changes.js';
import { readableChanges } from './filter-readable.js';
import { listChips } from './list-chips.js';
import type { TargetScope } from './name-targets.js';
import { addedFilter, changesPage, countChanges, countMatching } from './queries.js';
import { changesQuery, type ChangesQuery } from './schema.js';
import { CHANGE_STATE_WORDS, showChanges, type ShownChange } from './show-changes.js';

const PAGE_SIZE = 50;

/** The changes of a run, searched and filtered, and the same as a file. @param find the run of a request, or 404 */
export function addChangesPages(
  router: Router,
  find: (req: Request, res: Response) => Promise<RunPlace>,
): void {
  router.get('/:run/changes', async (req, res) => {
    const place = await find(req, res);
    const { page, ...query } = parseQuery(changesQuery, req.query);
    res.render('review/changes', await changesPageOf(place, query, page, mayRunAll(actorOf(res))));
  });

  router.get('/:run/changes.csv', async (req, res) => {
    const place = await find(req, res);
    const { page: _, ...query } = parseQuery(changesQuery, req.query);
    const name = `changes-${place.run._id.toHexString()}`;
    const of = await readableChanges(place);
    await exportChanges(res, name, scopeOf(place), of, query, mayRunAll(actorOf(res)));
  });
}

/** Where names are looked up. */
export function scopeOf(place: RunPlace): TargetScope {
  const { run, event } = place;
  return {
    account: run.account,
    locale: place.locale,
    runs: readableRuns(place),
    ...(event ? { event } : {}),
  };
}

async function changesPageOf(place: RunPlace, query: ChangesQuery, page: number, values: boolean) {
  const path = `${place.home}/changes`;
  const counted = countRows(place.run, readableRefresh(place));
  const sum = (key: 'added' | 'unchanged') => counted.reduce((all, { counts }) => all + counts[key], 0);
  // What a run added is only in its log; a preview's notes contain it whole.
  const fromLog = query.action === 'added' && place.run.purpose !== 'preview';
  const list = fromLog ? await addedRows(place, query, page) : await changedRows(place, query, page, values);
  return {
    section: 'importer',
    title: `Changes: ${place.title}`,
    place,
    query,
    fromLog,
    over: isOver(place.run),
    preview: place.run.purpose === 'preview',
    unchanged: sum('unchanged'),
    added: place.run.purpose === 'preview' ? 0 : sum('added'),
    addedHref: addressOf(path, { action: 'added' }),
    chips: fromLog ? [] : listChips(path, query, await countChanges(await readableChanges(place))),
    csv: fromLog ? `${place.home}/log.csv` : addressOf(`${path}.csv`, { ...query }),
    path,
    rows: list.rows,
    pager: pagerOf(list.total, page, PAGE_SIZE, ['change', 'changes'], (to) =>
      addressOf(path, { ...query, page: to }),
    ),
  };
}

interface Listed {
  rows: ShownChange[];
  total: number;
}

async function changedRows(
  place: RunPlace,
  query: ChangesQuery,
  page: number,
  values: boolean,
): Promise<Listed> {
  const of = await readableChanges(place);
  const total = await countMatching(of, query);
  const rows = await changesPage(of, query, sliceOf(total, page, PAGE_SIZE).skip, PAGE_SIZE);
  return { total, rows: await showChanges(scopeOf(place), rows, values) };
}

async function addedRows(place: RunPlace, { kind }: ChangesQuery, page: number): Promise<Listed> {
  const runs = readableRuns(place);
  const kinds = kind ? [kind] : Object.keys(KIND_WORDS);
  const filter = addedFilter(runs, kinds);
  const total = await countLog(filter);
  const rows = await readLog(filter, { skip: sliceOf(total, page, PAGE_SIZE).skip, limit: PAGE_SIZE });
  const { account, event } = scopeOf(place);
  const names = await nameRows({ account, ...(event ? { event } : {}) }, rows);
  return {
    total,
    rows: rows.map((row, index) => ({
      name: names[index] || 'No longer known',
      kind: ONE_WORDS[row.kind] ?? row.kind,
      action: 'New',
      fields: [],
      note: sayLine(row),
      state: CHANGE_STATE_WORDS.applied,
      sourceId: row.sourceId,
    })),
  };
}
