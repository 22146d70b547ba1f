import express, { type Request, type Response, type Router } from 'express';
import Joi from 'joi';
import { pipeline } from 'node:stream/promises';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { notFound } from '../../web/errors.js';
import { dayAndTimeSoon, timeOfDay, zoneName } from '../../web/format-time.js';
import { addressOf, pagerOf, sliceOf } from '../../web/paging.js';
import { parseId, parseQuery } from '../../web/parse.js';
import { sendProgress } from '../../web/progress.js';
import { exportLog } from './export-log.js';
import { nameRows } from './name-rows.js';
import {
  askerOf,
  countLog,
  expectedStages,
  findRun,
  logPage,
  type FoundRun,
  type LogQuery,
} from './queries.js';
import {
  ACTION_WORDS,
  countRows,
  isOver,
  KIND_WORDS,
  sayRun,
  stagesOf,
  STATE_WORDS,
  TITLE_WORDS,
  TRIGGER_WORDS,
} from './show-run.js';

const PAGE_SIZE = 100;

const logQuery = Joi.object<LogQuery & { page: number }, true>({
  kind: Joi.string()
    .valid('', ...Object.keys(KIND_WORDS))
    .default(''),
  action: Joi.string()
    .valid('', ...Object.keys(ACTION_WORDS))
    .default(''),
  page: Joi.number().integer().min(1).max(100_000).default(1),
});

/** One run: its progress, its counts, its log. For whoever runs the event. */
export function runRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/:run', async (req, res) => {
    const found = await foundRun(req, res);
    const { run, refresh } = found;
    const actor = actorOf(res);
    res.render('roster/run', {
      ...pageOf(found),
      title: `${TITLE_WORDS[run.trigger]} of ${found.event.name}`,
      run,
      over: isOver(run),
      state: STATE_WORDS[run.state],
      sentence: sayRun(run, actor.timeZone, deps.now()),
      stages: stagesOf(run, refresh, await expectedStages(run), deps.now()),
      rows: countRows(run, refresh),
      actions: ACTION_WORDS,
      warnings: [...(refresh?.warnings ?? []), ...run.warnings],
      asker: await askerOf(run),
      trigger: TRIGGER_WORDS[run.trigger],
      startedAt: dayAndTimeSoon(run.startedAt ?? run.createdAt, actor.timeZone, deps.now()),
      endedAt: run.finishedAt ? timeOfDay(run.finishedAt, actor.timeZone) : '',
      zone: zoneName(actor.timeZone),
      addressOf,
    });
  });

  router.get('/:run/progress', async (req, res) => {
    const { run } = await foundRun(req, res);
    const expected = await expectedStages(run);
    await sendProgress(res, async () => {
      const now = await findRun(actorOf(res), run._id);
      if (!now) return { data: {}, done: true };
      const stages = stagesOf(now.run, now.refresh, expected, deps.now());
      return { data: { stages }, done: isOver(now.run) };
    });
  });

  router.get('/:run/log', async (req, res) => {
    const found = await foundRun(req, res);
    const { page, ...query } = parseQuery(logQuery, req.query);
    const actor = actorOf(res);
    const total = await countLog(found, query);
    const rows = await logPage(found, query, sliceOf(total, page, PAGE_SIZE).skip, PAGE_SIZE);
    const names = await nameRows(found.event, rows);
    const { home } = pageOf(found);
    res.render('roster/log', {
      ...pageOf(found),
      title: `Log: ${TITLE_WORDS[found.run.trigger]} of ${found.event.name}`,
      query,
      counted: countRows(found.run, found.refresh),
      actions: ACTION_WORDS,
      addressOf,
      rows: rows.map((row, index) => ({
        time: timeOfDay(row.at, actor.timeZone),
        warning: row.level === 'warning',
        kind: KIND_WORDS[row.kind] ?? row.kind,
        action: ACTION_WORDS[row.action] ?? row.action,
        name: names[index] || 'No longer known',
        text: row.text,
      })),
      pager: pagerOf(total, page, PAGE_SIZE, 'rows', (to) =>
        addressOf(`${home}/log`, { ...query, page: to }),
      ),
    });
  });

  router.get('/:run/log.csv', async (req, res) => {
    const found = await foundRun(req, res);
    const query = parseQuery(logQuery, req.query);
    res.set({
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="sync-log-${found.run._id.toHexString()}.csv"`,
    });
    // A reader who leaves in the middle is no fault.
    await pipeline(exportLog(found, query), res).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
  });

  return router;
}

async function foundRun(req: Request, res: Response): Promise<FoundRun> {
  const found = await findRun(actorOf(res), parseId(req.params.run));
  if (!found) throw notFound();
  return found;
}

function pageOf({ run, event }: FoundRun) {
  return {
    section: 'importer',
    home: `/importer/runs/${run._id.toHexString()}`,
    eventSync: { name: event.name, href: `/events/${event._id.toHexString()}/sync` },
  };
}
