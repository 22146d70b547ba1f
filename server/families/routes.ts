import express, { type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import { actorOf, mayRunAll } from '../web/actor.js';
import { HttpError, notFound } from '../web/errors.js';
import { dayAndTime } from '../web/format-time.js';
import { eventOf } from '../web/guards.js';
import { addressOf, pagerOf } from '../web/paging.js';
import { parseId, parseQuery } from '../web/parse.js';
import { CLAIM_WORDS } from '../contacts/list-claims.js';
import { nameBeside } from './name-beside.js';
import { findAdult } from './queries.js';
import { adultOf, backOf, eventIn, FAMILIES, frameOf, homeOf, meetingInWords, page } from './show-frame.js';
import { FAMILIES_A_PAGE, listFamilies } from './list-families.js';
import { familiesQuery } from './schema.js';
import { blockPages } from './serve-blocking.js';
import { householdPages } from './serve-households.js';
import { childPages } from './serve-children.js';

/**
 * A parent's login as the school sees it: children, future appointments, taking a child away, and blocking. Behind the administrator's
 * guard, or behind an event's guard for the part of a family that is in that event.
 */
export function familyRoutes(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.use('/:user', async (req, res, next) => {
    const user = parseId(req.params.user);
    const adult = await findAdult(actorOf(res), user, deps.now(), eventIn(res)?._id);
    if (!adult) throw notFound();
    res.locals.adult = adult;
    next();
  });
  router.get('/:user', async (_req, res) => {
    await showAdult(res);
  });
  // Changes that affect other events too are for administrators.
  router.use('/:user/:what', (_req, res, next) => {
    const { part } = adultOf(res);
    if (part && !part.isWhole) throw administratorsTask();
    next();
  });
  childPages(router, deps);
  blockPages(router, deps);
  householdPages(router, deps);
  return router;
}

/** The families of one event, for somebody who runs it. Behind the event's guard. */
export function eventFamilyRoutes(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  router.get('/', async (req, res) => {
    const { q, page: wanted } = parseQuery(familiesQuery, req.query);
    const event = eventOf(res);
    const { rows, total, page: shown } = await listFamilies(event, q, wanted);
    const home = homeOf(res);
    res.render('families/list', {
      ...frameOf(res, 'Families'),
      home,
      q,
      rows,
      pager: pagerOf(total, shown, FAMILIES_A_PAGE, ['login', 'logins'], (to) =>
        addressOf(home, { q, page: to === 1 ? undefined : to }),
      ),
    });
  });
  router.use('/', familyRoutes(deps));
  return router;
}

async function showAdult(res: Response): Promise<void> {
  const adult = adultOf(res);
  const actor = actorOf(res);
  res.render('families/adult', {
    ...page(res, adult, adult.user.name),
    back: backOf(res),
    contacts: adult.part ? '' : '/global-setup/contacts',
    mayChange: adult.part?.isWhole ?? true,
    everything: adult.part && mayRunAll(actor) ? `${FAMILIES}/${adult.user._id.toHexString()}` : '',
    adult,
    since: dayAndTime(adult.user.createdAt, actor),
    blocked: adult.blockedAt ? dayAndTime(adult.blockedAt, actor) : '',
    children: adult.children.map((child) => ({
      ...child,
      how: CLAIM_WORDS[child.by],
      since: dayAndTime(child.since, actor),
      removed: child.removedAt ? dayAndTime(child.removedAt, actor) : '',
      dropped: child.droppedAt ? dayAndTime(child.droppedAt, actor) : '',
    })),
    ...(await nameBeside(res, adult)),
    meetings: adult.coming.map(meetingInWords),
  });
}

function administratorsTask(): HttpError {
  return new HttpError(
    409,
    'Only an administrator can do this',
    'This family also has something in another event, so this isn’t yours to change. Ask an administrator of your school.',
  );
}
