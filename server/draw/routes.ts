import express, { type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import { withNames } from '../meetings/name-meetings.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Draw } from '../models/draw.js';
import { DrawEntry } from '../models/draw-entry.js';
import { conferenceOf, familyOf, loadConference, parentGuard } from '../parents/load-conference.js';
import { maybeActor } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { dayAndTimeSoon } from '../web/format-time.js';
import { parseForm, typedValues, type Form } from '../web/parse.js';
import { wordsFor } from '../web/read-language.js';
import { say } from '../web/session.js';
import { findDraw } from './find-draw.js';
import { offerWishes, readWishes, valuesOf } from './read-wishes.js';
import { saveWishes, seenOf } from './save-wishes.js';
import { wishesForm } from './schema.js';
import { sendPacked } from './send-packed.js';
import { isDrawn, phaseOf, readPacked, sayLeftOut, sayPhase, sayRest } from './show-draw.js';
import { partOf, showOwn } from './show-own.js';

/** The preference round for families: how it is drawn; behind the login, what is published about it and the family's own part. */
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
      isInterpreted: event.interpreting !== undefined && !event.interpreting.byHand,
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
    const sent = await DrawEntry.findOne({ draw: draw._id, household: family.household._id }).lean();
    const offered = await offerWishes(family, deps.now(), sent?.wishes);
    const { wishes, errors: gone } = readWishes(parsed.value, offered, t);
    const errors =
      wishes.length > draw.most ? { _form: t('draw.tooMany', { count: draw.most }), ...gone } : gone;
    if (Object.keys(errors).length > 0) {
      await showWishes(deps, res, { values: typedValues(req.body), errors });
      return;
    }
    const isOpen = phaseOf(draw, family.event, deps.now()) === 'open';
    const saved = isOpen ? await saveWishes(deps, draw, family, wishes, parsed.value.seen ?? '') : 'closed';
    if (saved !== 'saved') {
      const errors = { _form: t(saved === 'closed' ? 'draw.closed' : 'draw.meanwhile') };
      await showWishes(deps, res, { values: typedValues(req.body), errors }, saved === 'changed');
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

/** What the family itself wished, and got. */
async function ownPart(deps: Deps, res: Response, draw: Draw): Promise<Record<string, unknown>> {
  const family = await familyOf(res, deps);
  const { event, household, home } = family;
  const sent = await DrawEntry.findOne({ draw: draw._id, household: household._id }).lean();
  const entry = sent && partOf(sent, family);
  if (!entry || entry.wishes.length === 0) return { own: undefined };
  const ids = (entry.outcome ?? []).flatMap(({ appointment }) => appointment ?? []);
  // A meeting that was canceled or moved since, or left with an adult, is not theirs.
  const theirs = { _id: { $in: ids }, household: household._id, state: { $in: LIVING_STATES } };
  const meetings = await withNames(await Appointment.find(theirs).lean(), event);
  return {
    own: {
      ...(await showOwn(entry, family)),
      line: entry.line ?? '',
      count: entry.wishes.length,
      leftOut: draw.until > deps.now() ? sayLeftOut(entry, draw, event) : '',
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

/** @param isLate others have been saved since the form was read: they are shown, and what was typed takes their place when it is sent again */
async function showWishes(deps: Deps, res: Response, form?: Form, isLate = false): Promise<void> {
  const draw = await drawOf(res);
  const family = await familyOf(res, deps);
  const now = deps.now();
  const entry = await DrawEntry.findOne({ draw: draw._id, household: family.household._id }).lean();
  const offered = await offerWishes(family, now, entry?.wishes);
  if (form) res.status(422);
  res.render('draw/wishes', {
    title: wordsFor(res)('draw.wishes'),
    says: sayPhase(draw, family.event, now),
    isOpen: phaseOf(draw, family.event, now) === 'open',
    most: draw.most,
    offered,
    form: form ?? { values: entry ? valuesOf(entry.wishes, offered) : {}, errors: {} },
    isNew: !entry && !form,
    seen: (isLate ? undefined : form?.values.seen) ?? seenOf(entry?.wishes),
    saved: isLate && entry ? (await showOwn(partOf(entry, family), family)).wishes : [],
  });
}
