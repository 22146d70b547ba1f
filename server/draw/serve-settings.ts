import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import { settingsFrame } from '../events/show-event.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { countOf, number } from '../web/format-count.js';
import { eventGuard, eventOf } from '../web/guards.js';
import { toLocal } from '../web/local-time.js';
import { typedValues, type Form } from '../web/parse.js';
import { sayMailed } from '../web/say-mailed.js';
import { say } from '../web/session.js';
import { findDraw } from './find-draw.js';
import { parseTerms, sayTooLate } from './parse-terms.js';
import { sendPacked } from './send-packed.js';
import { countDraw, isDrawn, phaseOf, readPacked } from './show-draw.js';
import { saveDraw, stopDraw } from './start-draw.js';

/** The round's page in an event's settings. */
export function drawSettings(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  router.use(eventGuard('event administrator'));

  router.get('/', async (_req, res) => {
    await showSettings(deps, res);
  });

  router.post('/', async (req, res) => {
    const event = eventOf(res);
    const parsed = parseTerms(req.body, event, deps.now());
    if (!parsed.ok) {
      await showSettings(deps, res, parsed);
      return;
    }
    const saved = await saveDraw(deps, actorOf(res), event, parsed.value);
    if (!saved.ok) {
      await showSettings(deps, res, refusedForm(req, saved.reason));
      return;
    }
    say(req, {
      kind: 'ok',
      text: ['The preference round is saved.', ...sayLosing(saved.losing, parsed.value)].join(' '),
    });
    res.redirect(303, `/events/${String(event._id)}/settings/draw`);
  });

  router.get('/list', async (req, res) => {
    const draw = await findDraw(eventOf(res));
    if (!draw) throw notFound();
    await sendPacked(req, res, await readPacked(draw, 'list'));
  });

  router.get('/stop', async (_req, res) => {
    const event = eventOf(res);
    const draw = await findDraw(event);
    if (!draw) throw notFound();
    res.render('draw/stop', { ...settingsFrame(event, 'draw'), counts: await countDraw(draw) });
  });

  router.post('/stop', async (req, res) => {
    const event = eventOf(res);
    if (!(await stopDraw(actorOf(res), event, deps.now()))) {
      await showSettings(deps, res, refusedForm(req, 'closed'));
      return;
    }
    say(req, {
      kind: 'ok',
      text: `The preference round is canceled. ${sayMailed(res, 'Families who sent preferences get an email, if their address is confirmed.')}`,
    });
    res.redirect(303, `/events/${String(event._id)}/settings/draw`);
  });
  return router;
}

function sayLosing(losing: number, { most }: { most: number }): string[] {
  if (losing === 0) return [];
  const families = countOf(losing, 'family has', 'families have');
  return [`${families} sent more preferences than that: only the first ${number(most)} will count.`];
}

const REFUSED = {
  closed: 'This round’s preferences are closed, so it can’t be changed or canceled.',
  ending: 'Families are still being told that the last round is canceled. Try again in a minute.',
  'opening changed': 'Somebody has just changed when booking opens. Check the times, and save again.',
};

function refusedForm(req: Request, reason: keyof typeof REFUSED): Form {
  return { values: typedValues(req.body), errors: { _form: REFUSED[reason] } };
}

async function showSettings(deps: Deps, res: Response, form?: Form): Promise<void> {
  const event = eventOf(res);
  const draw = await findDraw(event);
  if (form) res.status(422);
  res.render('draw/settings', {
    ...settingsFrame(event, 'draw'),
    scripts: draw && isDrawn(draw) ? ['check-draw'] : [],
    draw: draw && {
      phase: phaseOf(draw, event, deps.now()),
      hash: draw.hash,
      isDrawn: isDrawn(draw),
      isFixed: draw.state !== 'collecting' || draw.until <= deps.now(),
      counts: await countDraw(draw),
    },
    tooLate: draw ? '' : sayTooLate(event, deps.now()),
    link: `${deps.config.publicUrl}/e/${event.link}/draw`,
    form: form ?? {
      errors: {},
      values: draw
        ? {
            from: toLocal(draw.from, event.timeZone),
            until: toLocal(draw.until, event.timeZone),
            most: draw.most,
          }
        : { most: 5 },
    },
  });
}
