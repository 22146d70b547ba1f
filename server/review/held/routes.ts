import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { FRESH_FORM, parseForm, parseQuery } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { decideHeldOfAccount, decideHeldOfEvent } from '../run/decide-held.js';
import { exportChanges } from '../journal/export-changes.js';
import { scopeOf } from '../journal/routes.js';
import { pathOfRefresh, pathOfRun, type RunPlace } from '../../runs/show/queries.js';
import { heldQuery, verdictSchema, type HeldVerdict } from './schema.js';
import { heldPage, heldRowsOf } from './show-page.js';

/** Removals that a run holds: the list, and accepting or rejecting all of it. @param find the run of a request, or 404 */
export function addHeldPages(
  router: Router,
  deps: Deps,
  find: (req: Request, res: Response) => Promise<RunPlace>,
): void {
  router.get('/:run/held', async (req, res) => {
    const place = await find(req, res);
    const page = await heldPage(deps, actorOf(res), place, parseQuery(heldQuery, req.query));
    res.render('review/held', { ...page, form: FRESH_FORM });
  });

  router.get('/:run/held.csv', async (req, res) => {
    const place = await find(req, res);
    const query = parseQuery(heldQuery, req.query);
    const { _id } = place.run;
    await exportChanges(res, `held-${_id.toHexString()}`, scopeOf(place), [_id], heldRowsOf(query), true);
  });

  router.post('/:run/held', async (req, res) => {
    const place = await find(req, res);
    const parsed = parseForm(verdictSchema, req.body);
    if (!parsed.ok) {
      const page = await heldPage(deps, actorOf(res), place, parseQuery(heldQuery, {}));
      res.status(422).render('review/held', { ...page, form: parsed });
      return;
    }
    const decided = await decide(deps, place, { ...parsed.value, by: actorOf(res).user });
    if (decided.ok) {
      res.redirect(303, place.event ? pathOfRun(decided.run) : pathOfRefresh(decided.run));
      return;
    }
    say(req, { kind: 'notice', text: REFUSED[decided.reason] });
    res.redirect(303, `${place.home}/held`);
  });
}

const REFUSED = {
  'nothing held': 'There’s nothing left to review in this run.',
  'decided already': 'Somebody has already decided this. See below.',
  'another waits': 'Another decision about this event is still waiting. Decide this one after it.',
};

function decide(deps: Deps, { run, event }: RunPlace, verdict: HeldVerdict & { by: RunPlace['run']['_id'] }) {
  return event
    ? decideHeldOfEvent(deps, { _id: run._id, account: run.account, event: event._id }, verdict)
    : decideHeldOfAccount(deps, run, verdict);
}
