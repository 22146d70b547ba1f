import express, { type Request, type Response, type Router } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Household } from '../models/household.js';
import { actorOf } from '../web/actor.js';
import { HttpError, notFound } from '../web/errors.js';
import { SETUP_TABS } from '../web/event-tabs.js';
import { countOf } from '../web/format-count.js';
import { dayAndTime, shortDayAndTime } from '../web/format-time.js';
import { FRESH_FORM, parseForm, parseId, typedValues, type Form } from '../web/parse.js';
import { say } from '../web/session.js';
import { CLAIM_WORDS } from '../contacts/list-claims.js';
import { blockLogin, unblockLogin } from './block-login.js';
import { comingOf, findAdult, type Adult, type ClaimedChild, type ComingMeeting } from './queries.js';
import { removeChild, returnChild } from './remove-child.js';
import { takingSchema, type Outcome } from './schema.js';

const HOME = '/global-setup/families';

/** A parent's login as the school sees it: their children, what lies ahead; taking a child away, blocking. Behind the administrator's guard. */
export function familyRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/:user', async (req, res) => {
    await showAdult(deps, req, res);
  });
  childPages(router, deps);
  blockPages(router, deps);
  return router;
}

function childPages(router: Router, deps: Deps): void {
  router.get('/:user/children/:student/removal', async (req, res) => {
    await askRemoval(deps, req, res);
  });

  router.post('/:user/children/:student/removal', async (req, res) => {
    const { adult, child } = await childOf(deps, req, res);
    const student = new Types.ObjectId(child.id);
    const asked = outcomeOf(req, await comingOf(adult.household, actorOf(res), deps.now(), student));
    if (!asked.ok) {
      await askRemoval(deps, req, res, asked.form);
      return;
    }
    const removed = await removeChild(deps, actorOf(res), adult, { student, ...asked });
    if (!removed) throw notFound();
    say(req, { kind: 'ok', text: `${child.name} is no longer on this person’s list.` });
    res.redirect(303, pathOf(adult));
  });

  router.get('/:user/children/:student/return', async (req, res) => {
    const { adult, child } = await childOf(deps, req, res);
    if (!child.removedAt) throw notFound();
    askReturn(res, adult, child);
  });

  router.post('/:user/children/:student/return', async (req, res) => {
    const { adult, child } = await childOf(deps, req, res);
    const student = new Types.ObjectId(child.id);
    const asked = tickOf(req);
    if (!asked.ok) {
      askReturn(res.status(422), adult, child, asked.form);
      return;
    }
    const { tell } = asked;
    if (!(await returnChild(deps, actorOf(res), adult, { student, tell }))) throw notFound();
    say(req, { kind: 'ok', text: `${child.name} is on this person’s list again.` });
    res.redirect(303, pathOf(adult));
  });
}

function blockPages(router: Router, deps: Deps): void {
  router.get('/:user/block', async (req, res) => {
    askBlock(res, await adultOf(deps, req, res));
  });

  router.post('/:user/block', async (req, res) => {
    const adult = await adultOf(deps, req, res);
    const asked = outcomeOf(req, adult.coming);
    if (!asked.ok) {
      askBlock(res, adult, asked.form);
      return;
    }
    const blocked = await blockLogin(deps, actorOf(res), adult, asked);
    if (!blocked.ok) throw worksHere();
    const canceled =
      blocked.canceled > 0 ? ` ${countOf(blocked.canceled, 'appointment', 'appointments')} canceled.` : '';
    say(req, { kind: 'ok', text: `${adult.user.name} can’t log in any more.${canceled}` });
    res.redirect(303, pathOf(adult));
  });

  router.get('/:user/unblock', async (req, res) => {
    const adult = await adultOf(deps, req, res);
    if (!adult.blockedAt) throw notFound();
    askUnblock(res, adult);
  });

  router.post('/:user/unblock', async (req, res) => {
    const adult = await adultOf(deps, req, res);
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
    res.redirect(303, pathOf(adult));
  });
}

async function showAdult(deps: Deps, req: Request, res: Response): Promise<void> {
  const adult = await adultOf(deps, req, res);
  const actor = actorOf(res);
  res.render('families/adult', {
    ...page(adult, adult.user.name),
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
  res.render('families/return', { ...page(adult, `Give ${child.name} back?`), adult, child, form });
}

async function askRemoval(deps: Deps, req: Request, res: Response, form?: Form): Promise<void> {
  const { adult, child } = await childOf(deps, req, res);
  const coming = await comingOf(adult.household, actorOf(res), deps.now(), new Types.ObjectId(child.id));
  if (child.removedAt && coming.length === 0) throw notFound();
  res.status(form ? 422 : 200).render('families/removal', {
    ...page(adult, `Remove ${child.name} from this person’s list?`),
    adult,
    child,
    meetings: coming.map(inWords),
    ...(form ? { form } : {}),
  });
}

function askBlock(res: Response, adult: Adult, form?: Form): void {
  if (adult.isStaff) throw worksHere();
  if (adult.blockedAt) throw notFound();
  res.status(form ? 422 : 200).render('families/block', {
    ...page(adult, `Block ${adult.user.name}’s login?`),
    adult,
    meetings: adult.coming.map(inWords),
    ...(form ? { form } : {}),
  });
}

function askUnblock(res: Response, adult: Adult, form: Form = FRESH_FORM): void {
  res.render('families/unblock', { ...page(adult, `Unblock ${adult.user.name}’s login?`), adult, form });
}

/** What is to become of appointments: asked for only where some lie ahead. */
function outcomeOf(
  req: Request,
  coming: ComingMeeting[],
): { ok: true; outcome: Outcome; tell: boolean } | { ok: false; form: Form } {
  const parsed = parseForm(takingSchema, req.body);
  const outcome = parsed.ok ? parsed.value.appointments : undefined;
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

function tickOf(req: Request): { ok: true; tell: boolean } | { ok: false; form: Form } {
  const parsed = parseForm(takingSchema, req.body);
  return parsed.ok ? { ok: true, tell: parsed.value.tell } : { ok: false, form: parsed };
}

async function adultOf(deps: Deps, req: Request, res: Response): Promise<Adult> {
  const adult = await findAdult(actorOf(res), parseId(req.params.user), deps.now());
  if (!adult) throw notFound();
  return adult;
}

async function childOf(
  deps: Deps,
  req: Request,
  res: Response,
): Promise<{ adult: Adult & { household: Household }; child: ClaimedChild }> {
  const adult = await adultOf(deps, req, res);
  const child = adult.children.find(({ id }) => id === req.params.student);
  if (!child || !adult.household) throw notFound();
  return { adult: { ...adult, household: adult.household }, child };
}

function worksHere(): HttpError {
  return new HttpError(
    409,
    'This person works at your school',
    'Take their access level away in the staff accounts first, then block the login.',
  );
}

const pathOf = ({ user }: Pick<Adult, 'user'>): string => `${HOME}/${user._id.toHexString()}`;

function inWords({ event, from, teacher, children, state }: ComingMeeting) {
  return { when: shortDayAndTime(from, event), event: event.name, teacher, children, state };
}

function page(adult: Adult, title: string) {
  return { title, section: 'global-setup', setupTabs: SETUP_TABS, tab: 'contacts', home: pathOf(adult) };
}
