import express, { type Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { notFound } from '../../web/errors.js';
import { countOf } from '../../web/format-count.js';
import { eventOf } from '../../web/guards.js';
import { parseForm, parseQuery } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { deleteClasses } from '../delete-classes.js';
import { previewDeletion } from '../queries.js';
import { chosenIds, chosenSchema, idsInAddress, viewAddress } from '../schema.js';
import { backToList, editorPage, editorPath, undoOf, viewOf, whenOf } from '../show-editor.js';
import { tellBefore, tellDeletion } from '../tell-change.js';

/** Deleting one class without appointments happens at once, with undo; anything more asks first. */
export function deletionRoutes(deps: Deps): Router {
  const router = express.Router();
  router.post('/', async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(chosenSchema, req.body);
    if (!parsed.ok) throw notFound();
    const ids = chosenIds(parsed.value);
    const preview = await previewDeletion(event, ids);
    if (preview.ids.length === 0) {
      say(req, {
        kind: 'notice',
        text: 'Nothing was deleted: tick classes first, or they are gone already.',
      });
      backToList(req, res);
      return;
    }
    if (!parsed.value.sure && (preview.appointments > 0 || preview.ids.length > 1)) {
      const path = viewAddress(`${editorPath(event)}/deletion`, viewOf(req), { page: viewOf(req).page });
      res.redirect(303, `${path}${path.includes('?') ? '&' : '?'}ids=${preview.ids.join(',')}`);
      return;
    }
    const done = await deleteClasses(deps, actorOf(res), event, ids);
    const [only] = done.ids;
    say(req, {
      kind: 'ok',
      text: tellDeletion(done, preview.names, whenOf(deps, res)),
      undo: undoOf(req, event, done.entry),
      ...(only && done.ids.length === 1 && done.imported === 1
        ? {
            other: {
              action: viewAddress(`${editorPath(event)}/${only.toHexString()}/hiding`, viewOf(req)),
              label: 'Hide instead',
            },
          }
        : {}),
    });
    backToList(req, res);
  });

  router.get('/', async (req, res) => {
    const event = eventOf(res);
    const { ids } = parseQuery(idsInAddress, req.query);
    const preview = await previewDeletion(event, ids);
    if (preview.ids.length === 0) {
      say(req, { kind: 'notice', text: 'These classes are gone from the event already.' });
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
      actionOf: (name: string) =>
        viewAddress(`${editorPath(event)}/${name}`, viewOf(req), { page: viewOf(req).page }),
      cancel: viewAddress(editorPath(event), viewOf(req), { page: viewOf(req).page }),
    });
  });
  return router;
}
