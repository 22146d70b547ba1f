import express, { type Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { countOf } from '../../web/format-count.js';
import { eventOf } from '../../web/guards.js';
import { parseQuery } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { deleteClasses } from '../delete-classes.js';
import { previewDeletion } from '../queries.js';
import { chosenIds, idsInAddress } from '../schema.js';
import { showList } from '../show-list.js';
import { addressHere, backToList, chosenOf, editorPage, undoOf, whenOf } from '../show-editor.js';
import { tellBefore, tellDeletion } from '../tell-change.js';

/** Deleting one class without appointments happens at once, with undo; otherwise a page asks first. */
export function deletionRoutes(deps: Deps): Router {
  const router = express.Router();
  router.post('/', async (req, res) => {
    const event = eventOf(res);
    const chosen = chosenOf(req, res);
    if (!chosen) return showList(deps, req, res);
    const ids = chosenIds(chosen);
    const preview = await previewDeletion(event, ids);
    // If something was booked while the page was open, it is told before it becomes a problem.
    const isMore = chosen.appointments !== undefined && preview.appointments > chosen.appointments;
    if (isMore)
      say(req, {
        kind: 'notice',
        text: `Nothing is deleted yet: ${countOf(preview.appointments - (chosen.appointments ?? 0), 'appointment was', 'appointments were')} booked while you had this page open.`,
      });
    if (isMore || (!chosen.sure && (preview.appointments > 0 || preview.ids.length > 1))) {
      const path = addressHere(req, res, '/deletion');
      res.redirect(303, `${path}${path.includes('?') ? '&' : '?'}ids=${preview.ids.join(',')}`);
      return;
    }
    const done = await deleteClasses(deps, actorOf(res), event, ids);
    const [only] = done.ids;
    const hideable = only && done.ids.length === 1 && done.imported === 1;
    say(req, {
      kind: only ? 'ok' : 'notice',
      text: tellDeletion(done, preview.names, whenOf(deps, res)),
      ...(only ? { undo: undoOf(req, res, done.entry) } : {}),
      ...(hideable
        ? { other: { action: addressHere(req, res, `/${only.toHexString()}/hiding`), label: 'Hide instead' } }
        : {}),
    });
    backToList(req, res);
  });

  router.get('/', async (req, res) => {
    const event = eventOf(res);
    const preview = await previewDeletion(event, parseQuery(idsInAddress, req.query).ids);
    if (preview.ids.length === 0) {
      say(req, { kind: 'notice', text: 'These classes are already gone from the event.' });
      backToList(req, res);
      return;
    }
    const count = countOf(preview.ids.length, 'class', 'classes');
    res.render('classes/deletion', {
      ...editorPage(event),
      preview,
      effects: tellBefore(preview, whenOf(deps, res)),
      submit: `Delete ${count}`,
      hideLabel: `Hide ${count}`,
      actionOf: (name: string) => addressHere(req, res, `/${name}`),
      cancel: addressHere(req, res),
    });
  });
  return router;
}
