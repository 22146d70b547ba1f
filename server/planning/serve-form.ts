import express, { type Request, type Response, type Router } from 'express';
import { Types } from 'mongoose';
import { familyOf, type Family } from '../parents/load-conference.js';
import { aboutOpening } from '../parents/show-opening.js';
import type { Deps } from '../deps.js';
import { Plan, WHOLE_DAY, type PlanDay } from '../models/plan.js';
import { hoursOf } from '../waitlist/policy.js';
import { bookingState } from '../web/booking-state.js';
import { andList } from '../web/format-count.js';
import { fieldTime, fullDay, shortDayAndTime } from '../web/format-time.js';
import { siblingsRule } from '../booking/policy.js';
import type { PlacedEvent } from '../web/place.js';
import { parseForm, parseQuery, statusOf, typedValues, type Form } from '../web/parse.js';
import { refusedTry } from '../web/rate-limit.js';
import { wordsOf } from '../web/words.js';
import { limitPlans } from './limit-plans.js';
import { findPlan, makePlan, type PlanRequest } from './make-plan.js';
import { offerPlan, wishesOf, type Offer, type OfferedDay } from './offer-plan.js';
import { sayGap } from './say-gap.js';
import { againQuery, BREAKS, planForm, type PlanForm } from './schema.js';

/** The form of whom a family wants to meet and when it can come. */
export function formPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  const limit = limitPlans();

  router.get('/plan', async (req, res) => {
    const family = await familyOf(res, deps);
    const { again } = parseQuery(againQuery, req.query);
    const before = again && (await findPlan(family, again));
    // Staff who look as a family see only the form: a plan's own pages belong to the login that made it.
    const open = again || res.locals.viewedFamily ? null : await findHeld(family, deps.now());
    if (open) res.redirect(303, `${family.home}/plan/${String(open._id)}`);
    else await showForm(deps, res, family, before ? { values: valuesOf(before), errors: {} } : undefined);
  });

  router.post('/plan', async (req, res) => {
    const family = await familyOf(res, deps);
    const offer = await offerPlan(family, deps.now());
    const read = readForm(family, offer, req);
    if (!read.ok) {
      await showForm(deps, res, family, { values: typedValues(req.body), errors: read.errors }, offer);
      return;
    }
    if (bookingState(family.event, deps.now()) !== 'open') {
      res.status(409);
      await showForm(deps, res, family, undefined, offer);
      return;
    }
    const tooMany = await refusedTry(res, () => limit.take(family.actor.user.toHexString()));
    if (tooMany) {
      const form = { values: typedValues(req.body), errors: { _form: tooMany } };
      await showForm(deps, res, family, form, offer);
      return;
    }
    const plan = await makePlan(deps, family, read.request);
    res.redirect(303, `${family.home}/plan/${String(plan._id)}`);
  });
  return router;
}

async function findHeld({ event, household, actor }: Family, now: Date): Promise<Plan | null> {
  return Plan.findOne({
    event: event._id,
    household: household._id,
    user: actor.user,
    open: true,
    expiresAt: { $gt: now },
  }).lean();
}

function readForm(
  { event }: Family,
  offer: Offer,
  req: Request,
): { ok: true; request: PlanRequest } | { ok: false; errors: Record<string, string> } {
  const say = wordsOf(event);
  const parsed = parseForm(planForm, req.body);
  if (!parsed.ok) return { ok: false, errors: { _form: say('planErrors.again') } };
  const form = parsed.value;
  const errors: Record<string, string> = {};
  const wanted = wishesOf(offer, tickedBy(event, offer, form), togetherBy(event, offer, form));
  if (wanted.length === 0) errors.wish = say('planErrors.noTeacher');
  const days = offer.days
    .filter(({ day }) => form.day.includes(day))
    .map(({ day, from, to }) => ({
      day,
      from: textOf(form, `from-${day}`, from),
      to: textOf(form, `to-${day}`, to),
    }));
  if (days.length === 0) errors.day = say('planErrors.noDay');
  for (const { day, from, to } of days) if (to <= from) errors[`to-${day}`] = say('planErrors.window');
  const breaks = BREAKS.flatMap((n) => {
    const [from, to] = [textOf(form, `breakFrom${n}`), textOf(form, `breakTo${n}`)];
    if (!from && !to) return [];
    if (!from || !to || to <= from) errors[`breakTo${n}`] = say('planErrors.break');
    return [{ from, to }];
  });
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  const wait = { days: waitDaysOf(event, form), asked: event.days };
  return { ok: true, request: { wanted, days, wait, breaks, gap: form.gap, key: form.key } };
}

/**
 * When the family can come at all. The form offers only hours in which something is free: an end of them that was left as it was says
 * nothing about earlier or later, and a day that was not on the form says nothing either.
 * @returns none for any time
 */
function waitDaysOf({ days: all }: PlacedEvent, form: PlanForm): PlanDay[] {
  const windows = all.flatMap((day): PlanDay[] => {
    const [wasFrom, wasTo] = [textOf(form, `wasFrom-${day}`), textOf(form, `wasTo-${day}`)];
    const isTicked = form.day.includes(day);
    if (wasFrom && !isTicked) return [];
    const from = textOf(form, `from-${day}`, wasFrom);
    const to = textOf(form, `to-${day}`, wasTo);
    return [
      {
        day,
        from: from === wasFrom ? WHOLE_DAY.from : from,
        to: to === wasTo ? WHOLE_DAY.to : to,
      },
    ];
  });
  return hoursOf(windows, all);
}

/** What was selected. If siblings meet a teacher together, one of their boxes stands for all. */
function tickedBy(event: PlacedEvent, { shared }: Offer, { wish }: PlanForm): string[] {
  if (siblingsRule(event) !== 'together') return wish;
  const whole = shared.filter(({ keys }) => keys.some((key) => wish.includes(key)));
  return [...wish, ...whole.flatMap(({ keys }) => keys)];
}

/** The teachers whom siblings meet in one meeting, by the event's rule. */
function togetherBy(event: PlacedEvent, { shared }: Offer, { together }: PlanForm): string[] {
  const resources = shared.map(({ resource }) => resource);
  if (siblingsRule(event) === 'together') return resources;
  return together.map(String).filter((id) => resources.includes(id));
}

function textOf(form: PlanForm, name: string, otherwise = ''): string {
  const value = form[name];
  return typeof value === 'string' ? value : otherwise;
}

/** The form's values for an earlier plan. */
function valuesOf({ wishes, days, breaks, gap }: Plan): Record<string, unknown> {
  const keys = wishes.flatMap(({ students, resource }) =>
    students.map((student) => `${String(student)}:${String(resource)}`),
  );
  return {
    wish: keys,
    together: wishes.filter(({ students }) => students.length > 1).map(({ resource }) => String(resource)),
    day: days.map(({ day }) => day),
    ...Object.fromEntries(
      days.flatMap(({ day, from, to }) => [
        [`from-${day}`, from],
        [`to-${day}`, to],
      ]),
    ),
    ...Object.fromEntries(
      breaks.flatMap(({ from, to }, n) => [
        [`breakFrom${n + 1}`, from],
        [`breakTo${n + 1}`, to],
      ]),
    ),
    gap,
  };
}

async function showForm(
  deps: Deps,
  res: Response,
  family: Family,
  form?: Form,
  known?: Offer,
): Promise<void> {
  const { event } = family;
  const say = wordsOf(event);
  const offer = known ?? (await offerPlan(family, deps.now()));
  if (form && res.statusCode === 200) res.status(statusOf(form));
  res.render('planning/form', {
    title: say('plan.title'),
    ...(form ? { form } : {}),
    key: new Types.ObjectId().toHexString(),
    ...aboutOpening(deps, res),
    children: offer.children.map(({ name, left, choices }) => ({
      name,
      left,
      choices: choices.map(({ key, teacher, gap, meeting, isOpen, isUsual }) => ({
        value: key,
        label: teacher.name,
        hint: [
          teacher.classNames,
          meeting && say('plan.booked', { time: shortDayAndTime(meeting.from, event) }),
          gap && !meeting && sayGap(gap, event),
        ]
          .filter(Boolean)
          .join(' · '),
        isUsual,
        disabled: !isOpen,
      })),
    })),
    usual: offer.choices.filter(({ isUsual }) => isUsual).map(({ key }) => key),
    // If the event decides, there is nothing to choose.
    shared: (siblingsRule(event) === 'choose' ? offer.shared : []).map(({ resource, teacher, children }) => ({
      value: resource,
      label: say('plan.together', { teacher, children: andList(children, event) }),
    })),
    days: offer.days.map((day) => ({
      ...day,
      label: fullDay(day.day, event),
      times: timesFor([day], event),
    })),
    breakTimes: timesFor(offer.days, event),
    gaps: gapsFrom(event.booking.gapMinutes).map((value) => ({
      value,
      label: say('plan.minutes', { count: value }),
    })),
  });
}

const STEP = 15;

/** Every quarter of an hour from the first time to the last, as a list to select from. */
function timesFor(days: OfferedDay[], event: Family['event']): { value: string; label: string }[] {
  const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  const first = Math.min(...days.map(({ from }) => minutes(from)));
  const last = Math.max(...days.map(({ to }) => minutes(to)));
  const times: { value: string; label: string }[] = [];
  for (let at = Math.floor(first / STEP) * STEP; at < last + STEP && at < 24 * 60; at += STEP) {
    const value = `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;
    times.push({ value, label: fieldTime(value, event) });
  }
  return times;
}

function gapsFrom(least: number): number[] {
  return [...new Set([least, 0, 5, 10, 15, 20, 30])].filter((gap) => gap >= least).sort((a, b) => a - b);
}
