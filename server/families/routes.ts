import express, { type Request, type Response, type Router } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Household } from '../models/household.js';
import { actorOf, mayRunAll } from '../web/actor.js';
import { HttpError, notFound } from '../web/errors.js';
import { countOf } from '../web/format-count.js';
import { dayAndTime, shortDayAndTime } from '../web/format-time.js';
import { eventOf } from '../web/guards.js';
import { addressOf, pagerOf } from '../web/paging.js';
import { FRESH_FORM, parseForm, parseId, parseQuery, typedValues, type Form } from '../web/parse.js';
import { say } from '../web/session.js';
import { CLAIM_WORDS } from '../contacts/list-claims.js';
import { blockLogin, unblockLogin } from './block-login.js';
import { comingOf, findAdult, type Adult, type ClaimedChild, type ComingMeeting } from './queries.js';
import { removeChild, returnChild } from './remove-child.js';
import { backOf, eventIn, FAMILIES, frameOf, homeOf, page, pathOf } from './show-frame.js';
import { FAMILIES_A_PAGE, listFamilies } from './list-families.js';
import { familiesQuery, takingSchema, type Outcome } from './schema.js';

/**
 * A parent's login as the school sees it: their children, what lies ahead; taking a child away, blocking. Behind the administrator's
 * guard; and behind an event's, where it is about what of a family is in that event alone.
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
  router.get('/:user', (_req, res) => {
    showAdult(res);
  });
  // What concerns others too is an administrator's.
  router.use('/:user/:what', (_req, res, next) => {
    const { part } = adultOf(res);
    if (part && !part.isWhole) throw administratorsTask();
    next();
  });
  childPages(router, deps);
  blockPages(router, deps);
  return router;
}

/** The families of one event, for who runs it. Behind the event's guard. */
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

function childPages(router: Router, deps: Deps): void {
  router.get('/:user/children/:student/removal', async (req, res) => {
    await askRemoval(deps, req, res);
  });

  router.post('/:user/children/:student/removal', async (req, res) => {
    const { adult, child } = childOf(req, res);
    const student = new Types.ObjectId(child.id);
    const coming = await comingOf(adult.household, actorOf(res), deps.now(), onlyOf(adult, student));
    const asked = outcomeOf(req, coming);
    if (!asked.ok) {
      await askRemoval(deps, req, res, asked.form);
      return;
    }
    const removed = await removeChild(deps, actorOf(res), adult, { student, ...asked });
    if (!removed) throw notFound();
    say(req, { kind: 'ok', text: `${child.name} is no longer on this person’s list.` });
    res.redirect(303, pathOf(res, adult));
  });

  router.get('/:user/children/:student/return', (req, res) => {
    const { adult, child } = childOf(req, res);
    if (!child.removedAt) throw notFound();
    askReturn(res, adult, child);
  });

  router.post('/:user/children/:student/return', async (req, res) => {
    const { adult, child } = childOf(req, res);
    const student = new Types.ObjectId(child.id);
    const asked = tickOf(req);
    if (!asked.ok) {
      askReturn(res.status(422), adult, child, asked.form);
      return;
    }
    const { tell } = asked;
    if (!(await returnChild(deps, actorOf(res), adult, { student, tell }))) throw notFound();
    say(req, { kind: 'ok', text: `${child.name} is on this person’s list again.` });
    res.redirect(303, pathOf(res, adult));
  });
}

function blockPages(router: Router, deps: Deps): void {
  router.get('/:user/block', (_req, res) => {
    askBlock(res, adultOf(res));
  });

  router.post('/:user/block', async (req, res) => {
    const adult = adultOf(res);
    const asked = outcomeOf(req, adult.coming);
    if (!asked.ok) {
      askBlock(res, adult, asked.form);
      return;
    }
    const blocked = await blockLogin(deps, actorOf(res), adult, asked);
    if (!blocked.ok) throw worksHere();
    const canceled =
      blocked.canceled > 0 ? ` ${countOf(blocked.canceled, 'appointment', 'appointments')} canceled.` : '';
    say(req, { kind: 'ok', text: `${adult.user.name} can no longer log in.${canceled}` });
    res.redirect(303, pathOf(res, adult));
  });

  router.get('/:user/unblock', (_req, res) => {
    const adult = adultOf(res);
    if (!adult.blockedAt) throw notFound();
    askUnblock(res, adult);
  });

  router.post('/:user/unblock', async (req, res) => {
    const adult = adultOf(res);
    const asked = tickOf(req);
    if (!asked.ok) {
      askUnblock(res.status(422), adult, asked.form);
      return;
    }
    const done = await unblockLogin(deps, actorOf(res), adult, asked);
    say(
      req,
      done
        ? { kind: 'ok', text: `${adult.user.name} can log in again.` }
        : { kind: 'notice', text: 'This login isn’t blocked.' },
    );
    res.redirect(303, pathOf(res, adult));
  });
}

function showAdult(res: Response): void {
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
    })),
    meetings: adult.coming.map(inWords),
  });
}

function askReturn(res: Response, adult: Adult, child: ClaimedChild, form: Form = FRESH_FORM): void {
  res.render('families/return', { ...page(res, adult, `Give ${child.name} back?`), adult, child, form });
}

async function askRemoval(deps: Deps, req: Request, res: Response, form?: Form): Promise<void> {
  const { adult, child } = childOf(req, res);
  const only = onlyOf(adult, new Types.ObjectId(child.id));
  const coming = await comingOf(adult.household, actorOf(res), deps.now(), only);
  if (child.removedAt && coming.length === 0) throw notFound();
  res.status(form ? 422 : 200).render('families/removal', {
    ...page(res, adult, `Remove ${child.name} from this person’s list?`),
    adult,
    child,
    meetings: coming.map(inWords),
    shown: shownOf(coming),
    ...(form ? { form } : {}),
  });
}

function askBlock(res: Response, adult: Adult, form?: Form): void {
  if (adult.isStaff) throw worksHere();
  if (adult.blockedAt) throw notFound();
  res.status(form ? 422 : 200).render('families/block', {
    ...page(res, adult, `Block ${adult.user.name}’s login?`),
    adult,
    meetings: adult.coming.map(inWords),
    shown: shownOf(adult.coming),
    ...(form ? { form } : {}),
  });
}

function askUnblock(res: Response, adult: Adult, form: Form = FRESH_FORM): void {
  res.render('families/unblock', { ...page(res, adult, `Unblock ${adult.user.name}’s login?`), adult, form });
}

/** What is to become of appointments: asked for only where some lie ahead. */
function outcomeOf(
  req: Request,
  coming: ComingMeeting[],
): { ok: true; outcome: Outcome; tell: boolean } | { ok: false; form: Form } {
  const parsed = parseForm(takingSchema, req.body);
  const outcome = parsed.ok ? parsed.value.appointments : undefined;
  if (parsed.ok && parsed.value.shown !== undefined && parsed.value.shown !== shownOf(coming)) {
    const errors = {
      _form: 'The appointments changed while you had this page open, and nothing is done yet. Look again.',
    };
    return { ok: false, form: { values: typedValues(req.body), errors } };
  }
  if (parsed.ok && (outcome || coming.length === 0))
    return { ok: true, outcome: outcome ?? 'keep', tell: parsed.value.tell };
  const fault = parsed.ok ? {} : parsed.errors;
  const isOutcome = parsed.ok || 'appointments' in fault;
  const errors = {
    ...fault,
    ...(isOutcome ? { appointments: 'Select what happens to the appointments.' } : {}),
  };
  return { ok: false, form: { values: typedValues(req.body), errors } };
}

/** Which appointments a page shows, for its hidden field `shown`. */
function shownOf(coming: ComingMeeting[]): string {
  return coming.map(({ id }) => id).join(',');
}

function tickOf(req: Request): { ok: true; tell: boolean } | { ok: false; form: Form } {
  const parsed = parseForm(takingSchema, req.body);
  return parsed.ok ? { ok: true, tell: parsed.value.tell } : { ok: false, form: parsed };
}

/** Who the request is about. */
function adultOf(res: Response): Adult {
  return res.locals.adult as Adult;
}

function childOf(
  req: Request,
  res: Response,
): { adult: Adult & { household: Household }; child: ClaimedChild } {
  const adult = adultOf(res);
  const child = adult.children.find(({ id }) => id === req.params.student);
  if (!child || !adult.household) throw notFound();
  return { adult: { ...adult, household: adult.household }, child };
}

function worksHere(): HttpError {
  return new HttpError(
    409,
    'This person works at your school',
    'First remove their access level under Staff accounts. Then block the login.',
  );
}

function administratorsTask(): HttpError {
  return new HttpError(
    409,
    'An administrator does this',
    'Something of this family is in another event too. Ask an administrator of your school.',
  );
}

const onlyOf = ({ part }: Adult, student: Types.ObjectId) => ({ student, event: part?.event });

function inWords({ event, from, teacher, children, state }: ComingMeeting) {
  return { when: shortDayAndTime(from, event), event: event.name, teacher, children, state };
}
