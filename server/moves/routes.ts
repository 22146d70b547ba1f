import express, { type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import { WORKING_STATES, type SlotMove } from '../models/slot-move.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { eventGuard, eventOf } from '../web/guards.js';
import { parseForm, parseId } from '../web/parse.js';
import { sendProgress } from '../web/progress.js';
import { say } from '../web/session.js';
import { checkMove } from './check-move.js';
import { countItems, findMove } from './queries.js';
import { moveForm } from './schema.js';
import { refused, showForm } from './show-form.js';
import { movePath, showMove, stagesOf } from './show-move.js';
import { showPreview } from './show-preview.js';
import { startMove } from './start-move.js';
import { undoMove } from './undo-move.js';

/** Moving or canceling a day, a teacher's day or a room's: the form, a preview that writes nothing, the work, and undo. */
export function moveRoutes(deps: Deps): Router {
  const router = express.Router();
  router.use('/:event/slots', eventGuard('event administrator'));

  router.get('/:event/slots/move', async (_req, res) => {
    await showForm(res, { values: { kind: 'move' }, errors: {} });
  });

  router.post('/:event/slots/move/preview', async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(moveForm(event), req.body);
    if (!parsed.ok) return showForm(res.status(422), parsed);
    const checked = await checkMove(event, parsed.value);
    if (!checked.ok) return showForm(res.status(422), refused(req.body, checked));
    await showPreview(deps, res, parsed.value, checked);
  });

  router.post('/:event/slots/move', async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(moveForm(event), req.body);
    if (!parsed.ok) return showForm(res.status(422), parsed);
    const started = await startMove(deps, actorOf(res), event, parsed.value);
    if (!started.ok) return showForm(res.status(422), refused(req.body, started));
    res.redirect(303, movePath(event, started.move));
  });

  router.get('/:event/slots/moves/:move', async (req, res) => {
    await showMove(deps, res, await moveOf(res, req.params.move));
  });

  router.get('/:event/slots/moves/:move/progress', async (req, res) => {
    const { _id } = await moveOf(res, req.params.move);
    const event = eventOf(res);
    await sendProgress(res, async () => {
      const move = await findMove(event, _id);
      const done = !move || !WORKING_STATES.includes(move.state);
      return { data: { stages: move ? stagesOf(move, await countItems(_id)) : [] }, done };
    });
  });

  router.post('/:event/slots/moves/:move/undo', async (req, res) => {
    const move = await moveOf(res, req.params.move);
    const undone = await undoMove(deps, actorOf(res), move);
    if (!undone) say(req, { kind: 'notice', text: 'It’s too late to undo this, or it was undone already.' });
    res.redirect(303, movePath(eventOf(res), move._id));
  });

  return router;
}

async function moveOf(res: Response, id: unknown): Promise<SlotMove> {
  const move = await findMove(eventOf(res), parseId(id));
  if (!move) throw notFound();
  return move;
}
