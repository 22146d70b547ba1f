import express, { type Request, type Response, type Router } from 'express';
import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { CLASS_TYPES } from '../models/class.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { eventOf } from '../web/guards.js';
import { pagerOf } from '../web/paging.js';
import { parseForm, parseId, parseQuery } from '../web/parse.js';
import { say } from '../web/session.js';
import { deletionRoutes } from './deletion/routes.js';
import { listClasses } from './queries.js';
import { restoreClasses } from './restore-classes.js';
import {
  chosenIds,
  listSchema,
  PAGE_SIZES,
  typesSchema,
  viewAddress,
  wantedTypes,
  type ListView,
} from './schema.js';
import { setTypes, type WantedType } from './set-types.js';
import { addressHere, backToList, chosenOf, editorPage, editorPath, undoOf, whenOf } from './show-editor.js';
import { singleClassRoutes } from './single/routes.js';
import { tellReturn } from './tell-return.js';
import { tellRestoration, tellTypes, tellUndo } from './tell-change.js';
import { undoChange } from './undo-change.js';

/** The Class Editor of one event. Mounted at /events/:event/classes behind the event administrator's guard. */
export function classRoutes(deps: Deps): Router {
  const router = express.Router();
  listPage(router, deps);
  typePosts(router, deps);
  router.use('/deletion', deletionRoutes(deps));
  bringingBack(router, deps);
  router.use(singleClassRoutes(deps));
  return router;
}

function listPage(router: Router, deps: Deps): void {
  router.get('/', async (req, res) => {
    const event = eventOf(res);
    const view = parseQuery(listSchema, req.query);
    const list = await listClasses(event, view);
    const path = editorPath(event);
    const hrefOf = (change: Partial<ListView>) => viewAddress(path, view, change);
    res.render('classes/list', {
      ...editorPage(event),
      path,
      view,
      list,
      types: CLASS_TYPES,
      hrefOf,
      actionOf: (name: string) => addressHere(req, res, `/${name}`),
      pager: {
        ...pagerOf(
          list.total,
          list.page,
          view.size,
          view.only ? ['class', 'classes'] : ['row', 'rows'],
          (page) => hrefOf({ page }),
        ),
        sizes: PAGE_SIZES.map((size) => ({
          label: String(size),
          href: hrefOf({ size }),
          current: size === view.size,
        })),
      },
      returns: tellReturn(list.deleted.imported, list.deleted.byHand, whenOf(deps, res)),
    });
  });
}

/** Saving the Type column, the type of ticked rows, and Hide instead of deleting. */
function typePosts(router: Router, deps: Deps): void {
  router.post('/types', async (req, res) => {
    const parsed = parseForm(typesSchema, req.body);
    if (!parsed.ok) throw notFound();
    const wanted = wantedTypes(parsed.value);
    if (wanted.size === 0 && parsed.value.action === 'set') {
      say(req, { kind: 'notice', text: 'Tick the rows first, then choose their type.' });
      backToList(req, res);
      return;
    }
    await saveTypes(req, res, deps, wanted);
  });

  router.post('/hiding', async (req, res) => {
    await hide(req, res, deps, chosenIds(chosenOf(req)));
  });

  router.post('/:class/hiding', async (req, res) => {
    await hide(req, res, deps, [parseId(req.params.class)]);
  });
}

/** Instead of deleting: deleted ones are brought back first, as hidden classes stay in the event. */
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
    const done = await restoreClasses(deps, actorOf(res), eventOf(res), chosenIds(chosenOf(req)));
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
