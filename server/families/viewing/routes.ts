import express, { type Router } from 'express';
import { familyOf } from '../../parents/load-conference.js';
import { appointmentPages } from '../../parents/serve-appointments.js';
import { childrenPages } from '../../parents/serve-children.js';
import { schedulePages } from '../../parents/serve-schedule.js';
import { timesPages } from '../../parents/serve-times.js';
import { showFamily } from '../../parents/show-family.js';
import type { Deps } from '../../deps.js';
import { contactName } from '../../models/contact.js';
import { adultPages } from '../../households/routes.js';
import { formPages } from '../../planning/serve-form.js';
import { notFound } from '../../web/errors.js';
import { eventFrame } from '../../web/event-tabs.js';
import { eventGuard, eventOf } from '../../web/guards.js';
import { parseId, parseQuery } from '../../web/parse.js';
import { entryPages } from '../../waitlist-pages/serve-entry.js';
import { linePages } from '../../waitlist-pages/serve-line.js';
import { openView } from './open-view.js';
import { classesOf, findChild, listOnlookers, searchChildren } from './queries.js';
import { viewingQuery } from './schema.js';

/** The parents' pages as a chosen family sees them, for people who run the event. */
export function viewingRoutes(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  const guard = eventGuard('event administrator', { archived: true });

  router.get('/', guard, async (req, res) => {
    const event = eventOf(res);
    const { q } = parseQuery(viewingQuery, req.query);
    const home = `/events/${event._id.toHexString()}`;
    res.render('viewing/search', {
      ...eventFrame(event, 'overview', 'See it as a family'),
      home,
      q,
      children: await searchChildren(event, q),
    });
  });

  router.get('/:student', guard, async (req, res) => {
    const event = eventOf(res);
    const child = await findChild(event, parseId(req.params.student));
    if (!child) throw notFound();
    const home = `/events/${event._id.toHexString()}`;
    const id = child._id.toHexString();
    res.render('viewing/choose', {
      ...eventFrame(event, 'overview', 'See it as a family'),
      home,
      name: contactName(child),
      classes: await classesOf(event, child._id),
      onlookers: await listOnlookers(child),
      hrefOf: (adult: string) => `${home}/as/${adult}/${id}/now`,
    });
  });

  const pages = express.Router({ mergeParams: true });
  pages.use(guard, openView(deps));
  pages.get('/', async (_req, res) => {
    await showFamily(deps, res, await familyOf(res, deps));
  });
  pages.use(
    childrenPages(deps),
    timesPages(deps),
    appointmentPages(deps),
    schedulePages(deps),
    formPages(deps),
    adultPages(deps),
    linePages(deps),
    entryPages(deps),
  );
  router.use('/:adult/:student/:mode', pages);
  return router;
}
