import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { accountOf, actorOf } from '../../web/actor.js';
import { notFound } from '../../web/errors.js';
import { guardArchived } from '../../web/guards.js';
import { parseId } from '../../web/parse.js';
import { sendProgress } from '../../web/progress.js';
import { addWithheldPages } from '../withheld/routes.js';
import { addChangesPages } from '../journal/routes.js';
import { addPreviewPages } from '../previews/routes.js';
import { addUndoPages } from '../undo/routes.js';
import { findRefresh, findRun, type FoundRefresh, type FoundRun } from '../../runs/show/queries.js';
import { expectedStages } from './find-stages.js';
import { addLogPages } from './send-log.js';
import { runPage } from './show-page.js';
import { isOver, stagesOf } from '../../runs/show/show-run.js';

type Find<P> = (req: Request, res: Response) => Promise<P>;

/** The pages of an event's runs, for whoever runs the event. */
export function runRoutes(deps: Deps): Router {
  const router = express.Router();
  const find: Find<FoundRun> = async (req, res) => {
    const run = found(await findRun(actorOf(res), parseId(req.params.run)));
    guardArchived(res, () => run.event.status);
    return run;
  };
  addPages(router, deps, find);
  addUndoPages(router, deps, find);
  return router;
}

/** The pages of the runs of the account's roster. Behind its guard for administrators. */
export function refreshRoutes(deps: Deps): Router {
  const router = express.Router();
  const find: Find<FoundRefresh> = async (req, res) =>
    found(await findRefresh(actorOf(res), parseId(req.params.run)));
  addPages(router, deps, find);
  return router;
}

function addPages(router: Router, deps: Deps, find: Find<FoundRun | FoundRefresh>): void {
  router.get('/:run', async (req, res) => {
    res.render('review/run', await runPage(deps, actorOf(res), accountOf(res), await find(req, res)));
  });

  router.get('/:run/progress', async (req, res) => {
    const expected = expectedStages(await find(req, res), accountOf(res));
    await sendProgress(res, async () => {
      const { run, refresh } = await find(req, res);
      return { data: { stages: stagesOf(run, refresh, expected, deps.now()) }, done: isOver(run) };
    });
  });

  addLogPages(router, find);
  addChangesPages(router, find);
  addWithheldPages(router, deps, find);
  addPreviewPages(router, deps, find);
}

function found<P>(place: P | null): P {
  if (!place) throw notFound();
  return place;
}
