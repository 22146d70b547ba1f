import type { Request, Response, Router } from 'express';
import { actorOf } from '../../web/actor.js';
import { timeOfDay } from '../../web/format-time.js';
import type { Place } from '../../web/place.js';
import { addressOf, pagerOf, sliceOf } from '../../web/paging.js';
import { parseQuery } from '../../web/parse.js';
import { exportLog } from './export-log.js';
import { nameRows } from './name-rows.js';
import { logFilter, readableRefresh, type LogQuery, type RunPlace } from '../../runs/show/queries.js';
import { countLog, readLog } from '../journal/read-log.js';
import { sayLine } from '../../runs/log/say-note.js';
import { logQuery } from './schema.js';
import { ACTION_WORDS, countRows, ONE_WORDS } from '../../runs/show/show-run.js';

const PAGE_SIZE = 100;

/** A run's log as a page and as a file. @param find the run of a request, or 404 */
export function addLogPages(router: Router, find: (req: Request, res: Response) => Promise<RunPlace>): void {
  router.get('/:run/log', async (req, res) => {
    const place = await find(req, res);
    const { page, ...query } = parseQuery(logQuery, req.query);
    res.render('review/log', await logPageOf(place, query, page, actorOf(res)));
  });

  router.get('/:run/log.csv', async (req, res) => {
    const place = await find(req, res);
    const query = parseQuery(logQuery, req.query);
    await exportLog(res, place, query);
  });
}

async function logPageOf(place: RunPlace, query: LogQuery, page: number, reader: Place) {
  const { run, event, home, title } = place;
  const filter = logFilter(place, query);
  const total = await countLog(filter);
  const rows = await readLog(filter, { skip: sliceOf(total, page, PAGE_SIZE).skip, limit: PAGE_SIZE });
  const names = await nameRows({ account: run.account, ...(event ? { event } : {}) }, rows);
  return {
    section: 'importer',
    home,
    title: `Log: ${title}`,
    query,
    counted: countRows(run, readableRefresh(place)),
    actions: ACTION_WORDS,
    addressOf,
    rows: rows.map((row, index) => ({
      time: timeOfDay(row.at, reader),
      warning: row.level === 'warning',
      kind: ONE_WORDS[row.kind] ?? row.kind,
      action: ACTION_WORDS[row.action] ?? row.action,
      name: names[index] || 'No longer known',
      text: sayLine(row),
    })),
    pager: pagerOf(total, page, PAGE_SIZE, ['row', 'rows'], (to) =>
      addressOf(`${home}/log`, { ...query, page: to }),
    ),
  };
}
