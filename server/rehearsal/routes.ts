import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import type { Rehearsal } from '../models/rehearsal.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { eventOf } from '../web/guards.js';
import { parseForm, parseId, typedValues } from '../web/parse.js';
import { sendProgress } from '../web/progress.js';
import { say } from '../web/session.js';
import { MOST_FAMILIES } from './policy.js';
import { findRehearsal } from './queries.js';
import { sayWhyNot } from './say-refusal.js';
import { planSchema } from './schema.js';
import { countFamilies, showForm } from './show-form.js';
import { pathOf } from './show-frame.js';
import { isOver, showRehearsal, stagesOf } from './show-rehearsal.js';
import { startRehearsal } from './start-rehearsal.js';
import { stopRehearsal } from './stop-rehearsal.js';

/** The rehearsal of an opening. Behind the guard for administrators, because it burdens the whole installation. */
export function rehearsalRoutes(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/', (_req, res) => showForm(deps, res));

  router.post('/', async (req, res) => {
    const event = eventOf(res);
    const most = Math.min(await countFamilies(event), MOST_FAMILIES);
    const parsed = parseForm(planSchema(Math.max(1, most)), req.body);
    if (!parsed.ok) return showForm(deps, res, parsed);
    const started =
      most === 0
        ? ({ ok: false, text: 'There are no families yet, so there’s nothing to rehearse.' } as const)
        : await startRehearsal(deps, actorOf(res), event, parsed.value);
    if (started.ok) {
      res.redirect(303, pathOf(event, started.rehearsal));
      return;
    }
    const text = 'text' in started ? started.text : sayWhyNot(started.reason);
    return showForm(deps, res, { values: typedValues(req.body), errors: { _form: text } });
  });

  router.get('/:rehearsal', async (req, res) => {
    await showRehearsal(deps, res, await rehearsalOf(req, res));
  });

  router.get('/:rehearsal/progress', async (req, res) => {
    const { _id } = await rehearsalOf(req, res);
    const event = eventOf(res);
    await sendProgress(res, async () => {
      const rehearsal = await findRehearsal(event, _id);
      return {
        data: { stages: rehearsal ? stagesOf(rehearsal) : [] },
        done: !rehearsal || isOver(rehearsal),
      };
    });
  });

  router.post('/:rehearsal/stop', async (req, res) => {
    const rehearsal = await rehearsalOf(req, res);
    const isStopped = await stopRehearsal(actorOf(res), rehearsal, deps.now());
    if (!isStopped) say(req, { kind: 'notice', text: 'This rehearsal was already over.' });
    res.redirect(303, pathOf(eventOf(res), rehearsal._id));
  });
  return router;
}

async function rehearsalOf(req: Request, res: Response): Promise<Rehearsal> {
  const found = await findRehearsal(eventOf(res), parseId(req.params.rehearsal));
  if (!found) throw notFound();
  return found;
}
