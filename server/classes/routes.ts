import express, { type Request, type Response, type Router } from 'express';
import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { eventOf } from '../web/guards.js';
import { parseForm, parseId, typedValues } from '../web/parse.js';
import { refuseHere, say } from '../web/session.js';
import { deletionRoutes } from './deletion/routes.js';
import { restoreClasses } from './restore-classes.js';
import { chosenIds, typesSchema, wantedTypes } from './schema.js';
import { setTypes, type WantedType } from './set-types.js';
import { backToList, chosenOf, undoOf } from './show-editor.js';
import { showList } from './show-list.js';
import { singleClassRoutes } from './single/routes.js';
import { tellRestoration, tellTypes, tellUndo } from './tell-change.js';
import { undoChange } from './undo-change.js';

/** The Class Editor of one event. Mounted at /events/:event/classes behind the event administrator's guard. */
export function classRoutes(deps: Deps): Router {
  const router = express.Router();
  router.get('/', (req, res) => showList(deps, req, res));
  typePosts(router, deps);
  router.use('/deletion', deletionRoutes(deps));
  bringingBack(router, deps);
  router.use(singleClassRoutes(deps));
  return router;
}

/** Saving the Type column, setting the type of selected rows, and Hide instead of deleting. */
function typePosts(router: Router, deps: Deps): void {
  router.post('/types', async (req, res) => {
    const parsed = parseForm(typesSchema, req.body);
    const wanted = parsed.ok ? wantedTypes(parsed.value) : undefined;
    if (!parsed.ok || (wanted?.size === 0 && parsed.value.action === 'set')) {
      const errors = parsed.ok ? { ids: 'Select the rows first, then choose their type.' } : parsed.errors;
      refuseHere(res, { values: typedValues(req.body), errors });
      return showList(deps, req, res);
    }
    await saveTypes(req, res, deps, wantedTypes(parsed.value));
  });

  router.post('/hiding', async (req, res) => {
    const chosen = chosenOf(req, res);
    if (!chosen) return showList(deps, req, res);
    await hide(req, res, deps, chosenIds(chosen));
  });

  router.post('/:class/hiding', async (req, res) => {
    await hide(req, res, deps, [parseId(req.params.class)]);
  });
}

/** Instead of deleting: deleted classes are restored first, because hidden classes stay in the event. */
async function hide(req: Request, res: Response, deps: Deps, ids: Types.ObjectId[]): Promise<void> {
  await restoreClasses(deps, actorOf(res), eventOf(res), ids);
  await saveTypes(req, res, deps, new Map(ids.map((id) => [id.toHexString(), { to: 'Hide' }])));
}

async function saveTypes(
  req: Request,
  res: Response,
  deps: Deps,
  wanted: Map<string, WantedType>,
): Promise<void> {
  const event = eventOf(res);
  const done = await setTypes(deps, actorOf(res), event, wanted);
  say(req, {
    kind: done.stale > 0 || done.changed === 0 ? 'notice' : 'ok',
    text: tellTypes(done),
    ...(done.changed > 0 ? { undo: undoOf(req, res, done.entry) } : {}),
  });
  backToList(req, res);
}

function bringingBack(router: Router, deps: Deps): void {
  router.post('/restoration', async (req, res) => {
    const chosen = chosenOf(req, res);
    if (!chosen) return showList(deps, req, res);
    const done = await restoreClasses(deps, actorOf(res), eventOf(res), chosenIds(chosen));
    say(req, { kind: done.classes > 0 ? 'ok' : 'notice', text: tellRestoration(done) });
    backToList(req, res);
  });

  router.post('/undo/:entry', async (req, res) => {
    const done = await undoChange(deps, actorOf(res), eventOf(res), parseId(req.params.entry));
    if (!done.ok) throw notFound();
    say(req, { kind: done.classes > 0 ? 'ok' : 'notice', text: tellUndo(done) });
    backToList(req, res);
  });
}
