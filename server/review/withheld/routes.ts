import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { FRESH_FORM, parseForm, parseQuery } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { decideWithheldOfAccount, decideWithheldOfEvent } from '../run/decide-withheld.js';
import { exportChanges } from '../journal/export-changes.js';
import { scopeOf } from '../journal/routes.js';
import { pathOfRefresh, pathOfRun, type RunPlace } from '../../runs/show/queries.js';
import { withheldQuery, verdictSchema, type WithheldVerdict } from './schema.js';
import { withheldPage, withheldRowsOf } from './show-page.js';

/** Removals that a run withholds: the list, and accepting or rejecting all of it. @param find the run of a request, or 404 */
export function addWithheldPages(
  router: Router,
  deps: Deps,
  find: (req: Request, res: Response) => Promise<RunPlace>,
): void {
  router.get('/:run/withheld', async (req, res) => {
    const place = await find(req, res);
    const page = await withheldPage(deps, actorOf(res), place, parseQuery(withheldQuery, req.query));
    res.render('review/withheld', { ...page, form: FRESH_FORM });
  });

  // The address of versions before 0.9, which people may have kept.
  router.get('/:run/held', async (req, res) => {
    const { home } = await find(req, res);
    res.redirect(308, `${home}/withheld${askedOf(req)}`);
  });
  router.get('/:run/held.csv', async (req, res) => {
    const { home } = await find(req, res);
    res.redirect(308, `${home}/withheld.csv${askedOf(req)}`);
  });

  router.get('/:run/withheld.csv', async (req, res) => {
    const place = await find(req, res);
    const query = parseQuery(withheldQuery, req.query);
    const { _id } = place.run;
    await exportChanges(
      res,
      `removals-${_id.toHexString()}`,
      scopeOf(place),
      [_id],
      withheldRowsOf(query),
      true,
    );
  });

  router.post('/:run/withheld', async (req, res) => {
    const place = await find(req, res);
    const parsed = parseForm(verdictSchema, req.body);
    if (!parsed.ok) {
      const page = await withheldPage(deps, actorOf(res), place, parseQuery(withheldQuery, {}));
      res.status(422).render('review/withheld', { ...page, form: parsed });
      return;
    }
    const decided = await decide(deps, place, { ...parsed.value, by: actorOf(res).user });
    if (decided.ok) {
      res.redirect(303, place.event ? pathOfRun(decided.run) : pathOfRefresh(decided.run));
      return;
    }
    say(req, { kind: 'notice', text: REFUSED[decided.reason] });
    res.redirect(303, `${place.home}/withheld`);
  });
}

/** The question of an address, with its mark; '' where there is none. */
function askedOf({ originalUrl }: Request): string {
  const at = originalUrl.indexOf('?');
  return at < 0 ? '' : originalUrl.slice(at);
}

const REFUSED = {
  'nothing withheld': 'There’s nothing left to review in this run.',
  'decided already': 'Somebody has already decided this. See below.',
  'another waits': 'Another decision about this event is still waiting. Decide this one after it.',
};

function decide(
  deps: Deps,
  { run, event }: RunPlace,
  verdict: WithheldVerdict & { by: RunPlace['run']['_id'] },
) {
  return event
    ? decideWithheldOfEvent(deps, { _id: run._id, account: run.account, event: event._id }, verdict)
    : decideWithheldOfAccount(deps, run, verdict);
}
