import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import { settingsFrame } from '../events/show-event.js';
import { withNames } from '../meetings/name-meetings.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Draw } from '../models/draw.js';
import { DrawEntry } from '../models/draw-entry.js';
import { conferenceOf, familyOf, loadConference, parentGuard } from '../parents/load-conference.js';
import { actorOf, maybeActor } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { eventGuard, eventOf } from '../web/guards.js';
import { countOf, number } from '../web/format-count.js';
import { dayAndTimeSoon } from '../web/format-time.js';
import { toLocal } from '../web/local-time.js';
import { parseForm, typedValues, type Form } from '../web/parse.js';
import { wordsFor } from '../web/read-language.js';
import { say } from '../web/session.js';
import { findDraw, unpack } from './find-draw.js';
import { parseTerms } from './parse-terms.js';
import { offerWishes, readWishes, valuesOf } from './read-wishes.js';
import { saveWishes } from './save-wishes.js';
import { wishesForm } from './schema.js';
import { countDraw, isDrawn, phaseOf, readPacked, sayPhase, sayRest } from './show-draw.js';
import { partOf, showOwn } from './show-own.js';
import { saveDraw, stopDraw } from './start-draw.js';

/** The preference round as families see it: how it is drawn; behind the login what is published of it, and their own part. */
export function drawRoutes(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  router.use('/e/:link/draw', loadConference);

  router.get('/e/:link/draw', async (_req, res) => {
    const draw = await drawOf(res);
    const { home, event } = conferenceOf(res);
    const now = deps.now();
    res.render('draw/page', {
      title: wordsFor(res)('draw.title'),
      scripts: isDrawn(draw) ? ['check-draw'] : [],
      says: sayPhase(draw, event, now),
      isOpen: phaseOf(draw, event, now) === 'open',
      hash: draw.hash,
      isDrawn: isDrawn(draw),
      isShared: event.booking.eachHousehold !== true,
      isIn: maybeActor(res) !== undefined,
      list: `${home}/draw/list`,
      ...(maybeActor(res) ? await ownPart(deps, res, draw) : { own: undefined }),
    });
  });

  router.use('/e/:link/draw/list', parentGuard);
  router.get('/e/:link/draw/list', async (req, res) => {
    await sendPacked(req, res, await readPacked(await drawOf(res), 'share'));
  });

  router.use('/e/:link/draw/wishes', parentGuard);
  router.get('/e/:link/draw/wishes', async (_req, res) => {
    await showWishes(deps, res);
  });

  router.post('/e/:link/draw/wishes', async (req, res) => {
    const draw = await drawOf(res);
    const family = await familyOf(res, deps);
    const t = wordsFor(res);
    const parsed = parseForm(wishesForm, req.body, t);
    if (!parsed.ok) {
      await showWishes(deps, res, {
        values: typedValues(req.body),
        errors: { _form: t('planErrors.again') },
      });
      return;
    }
    const offered = await offerWishes(family, deps.now());
    const wishes = readWishes(parsed.value, offered);
    if (wishes.length > draw.most) {
      const errors = { _form: t('draw.tooMany', { count: draw.most }) };
      await showWishes(deps, res, { values: typedValues(req.body), errors });
      return;
    }
    const isOpen = phaseOf(draw, family.event, deps.now()) === 'open';
    if (!isOpen || !(await saveWishes(deps, draw, family, wishes))) {
      await showWishes(deps, res, { values: typedValues(req.body), errors: { _form: t('draw.closed') } });
      return;
    }
    say(req, { kind: 'ok', text: t('draw.saved', { count: wishes.length }) });
    res.redirect(303, `${family.home}/draw`);
  });
  return router;
}

async function drawOf(res: Response): Promise<Draw> {
  const draw = await findDraw(conferenceOf(res).event);
  if (!draw) throw notFound();
  return draw;
}

/** As it was packed, without unpacking it for each who asks. */
async function sendPacked(req: Request, res: Response, packed: Buffer | undefined): Promise<void> {
  if (!packed) throw notFound();
  res.type('json').vary('Accept-Encoding');
  if (req.acceptsEncodings('gzip')) res.set('Content-Encoding', 'gzip').send(packed);
  else res.send(await unpack(packed.toString('base64')));
}

/** What the family itself wished, and got. */
async function ownPart(deps: Deps, res: Response, draw: Draw): Promise<Record<string, unknown>> {
  const family = await familyOf(res, deps);
  const { event, household, home } = family;
  const sent = await DrawEntry.findOne({ draw: draw._id, household: household._id }).lean();
  const entry = sent && partOf(sent, family);
  if (!entry || entry.wishes.length === 0) return { own: undefined };
  const ids = (entry.outcome ?? []).flatMap(({ appointment }) => appointment ?? []);
  // What was canceled or moved since, or went along with an adult who left, is no meeting of theirs.
  const theirs = { _id: { $in: ids }, household: household._id, state: { $in: LIVING_STATES } };
  const meetings = await withNames(await Appointment.find(theirs).lean(), event);
  return {
    own: {
      ...(await showOwn(entry, family)),
      line: entry.line ?? '',
      count: entry.wishes.length,
      isDone: entry.outcome !== undefined,
      isNothing: entry.outcome !== undefined && ids.length === 0,
      rest: ids.length < entry.wishes.length ? sayRest(event, deps.now()) : '',
      refused: (entry.outcome ?? []).filter(({ slot, appointment }) => slot && !appointment).length,
      meetings: meetings
        .sort((a, b) => +a.from - +b.from)
        .map(({ id, from, teacher, children }) => ({
          href: `${home}/appointments/${id}`,
          when: dayAndTimeSoon(from, event, deps.now()),
          who: [teacher, children].filter(Boolean).join(' · '),
        })),
    },
  };
}

async function showWishes(deps: Deps, res: Response, form?: Form): Promise<void> {
  const draw = await drawOf(res);
  const family = await familyOf(res, deps);
  const now = deps.now();
  const entry = await DrawEntry.findOne({ draw: draw._id, household: family.household._id }).lean();
  const offered = await offerWishes(family, now);
  if (form) res.status(422);
  res.render('draw/wishes', {
    title: wordsFor(res)('draw.wishes'),
    says: sayPhase(draw, family.event, now),
    isOpen: phaseOf(draw, family.event, now) === 'open',
    most: draw.most,
    offered,
    form: form ?? { values: entry ? valuesOf(entry.wishes, offered) : {}, errors: {} },
    isNew: !entry && !form,
  });
}

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
      text: 'The preference round is canceled. Families who sent wishes get an email.',
    });
    res.redirect(303, `/events/${String(event._id)}/settings/draw`);
  });
  return router;
}

function sayLosing(losing: number, { most }: { most: number }): string[] {
  if (losing === 0) return [];
  const families = countOf(losing, 'family has', 'families have');
  return [`${families} sent more wishes than that: only the first ${number(most)} will count.`];
}

const REFUSED = {
  closed: 'This round’s wishes are closed, so it can’t be changed or canceled.',
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
