import express, { type Request, type Response, type Router } from 'express';
import { familyOf, type Family } from '../parents/load-conference.js';
import { questionsFor, readAnswers } from '../booking/read-answers.js';
import { daysOf } from '../parents/show-times.js';
import type { Deps } from '../deps.js';
import { Plan } from '../models/plan.js';
import { notFound } from '../web/errors.js';
import { timeOfDay } from '../web/format-time.js';
import { parseForm, parseId, typedValues } from '../web/parse.js';
import { say as tell } from '../web/session.js';
import { wordsOf } from '../web/words.js';
import { bookPlan, holdAgain, type PlanBooking } from './book-plan.js';
import { addBack, chooseTime, holdLonger, leaveOut, timesBeside, type Changed } from './change-line.js';
import { countBooked, finishPlan } from './finish-plans.js';
import { limitPlans } from './limit-plans.js';
import { findPlan } from './make-plan.js';
import { sayGap } from './say-gap.js';
import { chooseForm, readNote, readTyped } from './schema.js';
import { namesOf, showPlan } from './show-plan.js';
import { waitForWish } from './wait-for-wish.js';

/** While another request makes the plan, the page asks again; after this time that request counts as dead. */
const MAKING_MS = 60_000;

/** One plan, from on hold to booked, always at the same address. Loading it again or pressing twice does nothing new. */
export function planPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  const limit = limitPlans();

  router.get('/plan/:id', async (req, res) => {
    const { family, plan } = await planOf(deps, req, res);
    if (plan.state === 'booked') res.redirect(303, `${family.home}/schedule`);
    else if (plan.state === 'making' && deps.now().getTime() - plan.createdAt.getTime() < MAKING_MS)
      res.set('Refresh', '1').render('planning/making', { title: wordsOf(family.event)('plan.making') });
    else await showPlan(deps, res, family, plan);
  });

  router.post('/plan/:id/book', async (req, res) => {
    const { family, plan } = await planOf(deps, req, res);
    const t = wordsOf(family.event);
    const path = `${family.home}/plan/${String(plan._id)}`;
    if (plan.state !== 'booked') {
      const read = readAnswers(questionsFor(family.event, 'household'), req.body);
      const values = typedValues(req.body);
      if (!read.ok) {
        res.status(422);
        await showPlan(deps, res, family, plan, { values, errors: read.errors });
        return;
      }
      await keepTyped(plan, req);
      const booked = await bookPlan(deps, family, plan, bookingOf(read.answers, values));
      if (!booked.ok) {
        const text = { changed: 'plan.changed', empty: 'plan.empty', 'not open': 'planWhy.notOpen' }[
          booked.reason
        ];
        tell(req, { kind: 'notice', text: t(text) });
        res.redirect(303, path);
        return;
      }
    }
    const { count, wanted } = await countBooked(plan._id);
    if (count < wanted) {
      tell(req, { kind: 'notice', text: t('plan.doneSome', { count, wanted }) });
      res.redirect(303, `${family.home}/schedule`);
      return;
    }
    // Nothing goes to an unproven address.
    const isMailed = res.locals.hasMail === true && family.actor.emailProven;
    tell(req, { kind: 'ok', text: t(isMailed ? 'plan.done' : 'plan.doneNoMail', { count }) });
    res.redirect(303, `${family.home}/schedule`);
  });

  router.post('/plan/:id/again', async (req, res) => {
    const { family, plan } = await planOf(deps, req, res);
    await keepTyped(plan, req);
    if (plan.state === 'held' || plan.state === 'ended') {
      await limit.take(family.actor.user.toHexString());
      const whole = await holdAgain(deps, family, plan);
      if (whole === 'changed') tell(req, { kind: 'notice', text: wordsOf(family.event)('plan.changed') });
    }
    res.redirect(303, `${family.home}/plan/${String(plan._id)}`);
  });

  router.post('/plan/:id/longer', async (req, res) => {
    const { family, plan } = await planOf(deps, req, res);
    await keepTyped(plan, req);
    if (plan.state === 'held' && !(await holdLonger(deps, plan)))
      tell(req, { kind: 'notice', text: wordsOf(family.event)('plan.longest') });
    res.redirect(303, `${family.home}/plan/${String(plan._id)}`);
  });

  router.use('/plan/:id/lines/:n', linePages(deps));
  return router;
}

/** One meeting of a plan: give it another time, leave it out, or add it back. */
function linePages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/', async (req: Request<{ id: string; n: string }>, res) => {
    const { family, plan, wish } = await lineOf(deps, req, res);
    await showLine(deps, res, family, plan, wish);
  });

  // What was typed on the plan's page is kept while this meeting is changed.
  router.post('/open', async (req: Request<{ id: string; n: string }>, res) => {
    const { family, plan, wish } = await lineOf(deps, req, res);
    await keepTyped(plan, req);
    res.redirect(303, `${family.home}/plan/${String(plan._id)}/lines/${wish}`);
  });

  router.post('/', async (req: Request<{ id: string; n: string }>, res) => {
    const { family, plan, wish } = await lineOf(deps, req, res);
    const parsed = parseForm(chooseForm, req.body);
    if (parsed.ok && plan.state !== 'booked')
      await answer(
        req,
        res,
        family,
        plan,
        await chooseTime(deps, family, await opened(deps, family, plan), wish, parsed.value.slot),
      );
    else res.redirect(303, `${family.home}/plan/${String(plan._id)}`);
  });

  router.post('/wait', async (req: Request<{ id: string; n: string }>, res) => {
    const { family, plan, wish } = await lineOf(deps, req, res);
    await keepTyped(plan, req);
    tell(req, await waitForWish(deps, family, plan, wish));
    res.redirect(303, `${family.home}/plan/${String(plan._id)}`);
  });

  router.post('/out', async (req: Request<{ id: string; n: string }>, res) => {
    const { family, plan, wish } = await lineOf(deps, req, res);
    await keepTyped(plan, req);
    if (plan.state === 'held') await leaveOut(deps, plan, wish);
    res.redirect(303, `${family.home}/plan/${String(plan._id)}`);
  });

  router.post('/back', async (req: Request<{ id: string; n: string }>, res) => {
    const { family, plan, wish } = await lineOf(deps, req, res);
    await keepTyped(plan, req);
    const isOut = !plan.wishes[wish]?.slot && plan.state !== 'booked';
    await answer(
      req,
      res,
      family,
      plan,
      isOut ? await addBack(deps, family, await opened(deps, family, plan), wish) : { ok: true },
    );
  });
  return router;
}

/** Any change of a plan that has ended reopens it. */
async function opened(deps: Deps, family: Family, plan: Plan): Promise<Plan> {
  if (plan.state === 'ended') await holdAgain(deps, family, plan);
  return (await findPlan(family, plan._id)) ?? plan;
}

async function answer(
  req: Request,
  res: Response,
  { event, home }: Family,
  plan: Plan,
  changed: Changed,
): Promise<void> {
  if (!changed.ok) tell(req, { kind: 'notice', text: sayGap(changed.gap, event) });
  res.redirect(303, `${home}/plan/${String(plan._id)}`);
}

/** This login's own plan. A decided plan is booked to its end before it is shown. */
async function planOf(
  deps: Deps,
  req: Request<{ id: string }>,
  res: Response,
): Promise<{ family: Family; plan: Plan }> {
  const family = await familyOf(res, deps);
  const id = parseId(req.params.id);
  const found = await findPlan(family, id);
  if (found?.state === 'booking') await finishPlan(deps, found._id);
  const plan = found?.state === 'booking' ? await findPlan(family, id) : found;
  if (!plan) throw notFound();
  return { family, plan };
}

async function lineOf(
  deps: Deps,
  req: Request<{ id: string; n: string }>,
  res: Response,
): Promise<{ family: Family; plan: Plan; wish: number }> {
  const { family, plan } = await planOf(deps, req, res);
  const wish = /^\d{1,2}$/.test(req.params.n) ? Number(req.params.n) : -1;
  if (!plan.wishes[wish]) throw notFound();
  return { family, plan, wish };
}

async function keepTyped({ _id }: Plan, req: Request): Promise<void> {
  const typed = readTyped(req.body);
  if (Object.keys(typed).length > 0)
    await Plan.updateOne({ _id, state: { $in: ['held', 'ended'] } }, { $set: { typed } });
}

function bookingOf(answers: PlanBooking['answers'], values: Record<string, unknown>): PlanBooking {
  return {
    answers,
    note: (wish) => readNote(values[`note-${wish}`]),
    kind: (wish) => {
      const value = values[`meet-${wish}`];
      return value === 'in person' || value === 'video' ? value : undefined;
    },
    ...(typeof values.shown === 'string' ? { shown: values.shown } : {}),
  };
}

async function showLine(deps: Deps, res: Response, family: Family, plan: Plan, wish: number): Promise<void> {
  const { event, home } = family;
  const t = wordsOf(event);
  const names = await namesOf(family, plan);
  const { teacher = '', children = '' } = names[wish] ?? {};
  const times = await timesBeside(deps, family, plan, wish);
  const mine = plan.wishes[wish]?.slot;
  const clashOf = (other: number | undefined) => {
    if (other === undefined) return undefined;
    const about = names[other];
    return about ? t('plan.clash', about) : t('plan.clashBooked');
  };
  const views = times.map(({ opening: { slot }, clash }) => {
    const isMine = mine?.equals(slot._id) ?? false;
    const reason = isMine ? undefined : clashOf(clash);
    return {
      slot,
      state: isMine ? ('mine' as const) : reason ? ('away' as const) : ('free' as const),
      ...(isMine ? { note: t('plan.now', { time: timeOfDay(slot.from, event) }) } : {}),
      ...(reason ? { note: t('plan.tooClose'), reason } : {}),
    };
  });
  res.render('planning/line', {
    title: t('plan.chooseTime', { teacher }),
    path: `${home}/plan/${String(plan._id)}`,
    action: `${home}/plan/${String(plan._id)}/lines/${wish}`,
    ...{ teacher, children },
    hasTime: mine !== undefined,
    days: daysOf(views, event, { teacher, child: children }),
  });
}
