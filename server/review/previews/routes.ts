import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { countOf } from '../../web/format-count.js';
import { notFound } from '../../web/errors.js';
import { parseForm } from '../../web/parse.js';
import { refuseHere, say } from '../../web/session.js';
import { applyRefresh, applyRun } from '../run/apply-run.js';
import { pathOfRefresh, pathOfRun, type FoundRefresh, type FoundRun } from '../../runs/show/queries.js';
import { deletePreview } from './delete-preview.js';
import { isRisky, previewState, type Risk } from './queries.js';
import { applySchema } from './schema.js';
import { sayResult } from '../../runs/log/say-result.js';
import { lowerFirst } from '../../runs/show/show-run.js';

type Place = FoundRun | FoundRefresh;

/** Applying or discarding a finished preview. @param find the run of a request, or 404 */
export function addPreviewPages(
  router: Router,
  deps: Deps,
  find: (req: Request, res: Response) => Promise<Place>,
): void {
  const findPreview = async (req: Request, res: Response): Promise<Place> => {
    const place = await find(req, res);
    if (place.run.purpose !== 'preview') throw notFound();
    return place;
  };

  router.get('/:run/apply', async (req, res) => {
    const place = await findPreview(req, res);
    const state = await previewState(place, deps.now());
    if (state.can !== 'apply') {
      res.redirect(303, place.home);
      return;
    }
    ask(res, place, state.risk);
  });

  router.post('/:run/apply', async (req, res) => {
    const place = await findPreview(req, res);
    const parsed = parseForm(applySchema, req.body);
    const state = await previewState(place, deps.now());
    if (state.can !== 'apply') {
      say(req, { kind: 'notice', text: 'This preview can no longer be applied. The page below says why.' });
      res.redirect(303, place.home);
      return;
    }
    if (!parsed.ok) {
      refuseHere(res, {
        values: {},
        errors: { sure: 'That didn’t arrive completely. Select “Apply these changes” again.' },
      });
      ask(res, place, state.risk);
      return;
    }
    if (isRisky(state.risk) && !parsed.value.sure) {
      res.redirect(303, `${place.home}/apply`);
      return;
    }
    const applied = await apply(deps, place, actorOf(res).user);
    if (applied.ok) {
      res.redirect(303, place.event ? pathOfRun(applied.run) : pathOfRefresh(applied.run));
      return;
    }
    say(req, { kind: 'notice', text: REFUSED[applied.reason] });
    res.redirect(303, place.home);
  });

  router.post('/:run/discard', async (req, res) => {
    const place = await findPreview(req, res);
    const gone = await deletePreview(deps, place, actorOf(res).user);
    say(
      req,
      gone
        ? { kind: 'ok', text: 'The preview is discarded. Nothing was changed.' }
        : { kind: 'notice', text: 'There was nothing left to discard.' },
    );
    res.redirect(303, place.home);
  });
}

function ask(res: Response, place: Place, risk: Risk): void {
  res.render('review/apply', {
    section: 'importer',
    title: 'Apply these changes',
    place,
    risk,
    effects: effectsOf(place, risk),
  });
}

const REFUSED = {
  'no preview': 'This preview is no longer available.',
  'applied already': 'This preview has already been applied.',
  'another waits':
    'Another preview of this event is waiting to be applied. Come back to this one when that’s done.',
  'not connected': 'Clever isn’t enabled for this account, so nothing can be applied.',
};

function apply(deps: Deps, { run }: Place, by: Place['run']['_id']) {
  return 'trigger' in run ? applyRun(deps, run, by, run.keepSynced) : applyRefresh(deps, run, by);
}

function effectsOf({ run, event, locale }: Place, { leaving, ending, broken, older }: Risk): string[] {
  return [
    ...(older ? [older] : []),
    `All changes in the preview are made: ${lowerFirst(sayResult(run, { locale }))}`,
    ...(leaving ? [`${leaving} would be removed from ${event ? 'the event' : 'the roster'}.`] : []),
    ...(ending ? [`${ending} would end: these people stay, but not in these classes.`] : []),
    ...(broken > 0
      ? [
          `${countOf(broken, 'appointment stays booked and is', 'appointments stay booked and are')} listed under Problems for you to decide.`,
        ]
      : []),
  ];
}
