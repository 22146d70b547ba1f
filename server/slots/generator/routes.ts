import express, { type Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf, levelIn, type Actor } from '../../web/actor.js';
import { andList, countOf, number } from '../../web/format-count.js';
import { daysInWords, fieldTime, fullDay, timeSpan } from '../../web/format-time.js';
import { eventGuard, eventOf } from '../../web/guards.js';
import type { PlacedEvent, Style } from '../../web/place.js';
import { parseQuery, typedValues, type Form } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { addSlots } from '../add-slots.js';
import { sumPlans, type Span } from '../plan-slots.js';
import { prepareSlots, type NotPrepared, type Prepared } from '../prepare-slots.js';
import { MOST_SLOTS, teachersFound } from '../schema.js';
import { slotsPage, slotsPath } from '../show-frame.js';
import { warnOfDays, type DayWarning } from '../warn-days.js';
import { parseSlots } from './parse-slots.js';
import { freshSlots, newSlotsQuery, type SlotForm } from './schema.js';
import { showForm, stepOf } from './show-form.js';

/** Making slots: a form, a preview that writes nothing, and the making. */
export function generatorRoutes(deps: Deps): Router {
  const router = express.Router();
  router.use('/:event/slots', eventGuard('event administrator'));

  router.get('/:event/slots/new', async (req, res) => {
    const { resources } = parseQuery(newSlotsQuery, req.query);
    const filter = parseQuery(teachersFound, req.query);
    await showForm(res, { values: { ...freshSlots(eventOf(res)), ...filter, resources }, errors: {} });
  });

  // The form comes back from the preview or from one of its own buttons, with what was typed.
  router.post('/:event/slots/new', async (req, res) => {
    const step = stepOf(req.body);
    const typed: Form = { values: typedValues(req.body), errors: {} };
    const parsed = step === '' ? parseSlots(eventOf(res), req.body) : undefined;
    if (parsed && !parsed.ok) await showForm(res.status(422), parsed);
    else await showForm(res, typed, step);
  });

  router.post('/:event/slots/preview', async (req, res) => {
    const event = eventOf(res);
    const step = stepOf(req.body);
    if (step !== '') {
      await showForm(res, { values: typedValues(req.body), errors: {} }, step);
      return;
    }
    const parsed = parseSlots(event, req.body);
    if (!parsed.ok) {
      await showForm(res.status(422), parsed);
      return;
    }
    const prepared = await prepareSlots(event, parsed.value);
    if (!prepared.ok) {
      await showForm(res.status(422), refused(req.body, prepared, event));
      return;
    }
    const warnings = await warnOfDays(event, parsed.value.days, deps.now());
    res.render('slots/preview', {
      ...slotsPage(event, 'Make slots'),
      ...previewOf(event, parsed.value, prepared, actorOf(res)),
      warnings: warnings.map((warning) => sayWarning(warning, event)),
      fields: fieldsOf(parsed.value, prepared, event),
    });
  });

  router.post('/:event/slots', async (req, res) => {
    const event = eventOf(res);
    const parsed = parseSlots(event, req.body);
    if (!parsed.ok) {
      await showForm(res.status(422), parsed);
      return;
    }
    const added = await addSlots(actorOf(res), event, parsed.value, deps.now());
    if (!added.ok) {
      await showForm(res.status(422), refused(req.body, added, event));
      return;
    }
    const left = added.leftOut > 0 ? ` ${countOf(added.leftOut, 'time', 'times')} left out.` : '';
    const text = `Made ${countOf(added.made, 'slot', 'slots')} for ${countOf(added.teachers, 'teacher', 'teachers')}.${left}`;
    say(req, { kind: added.made > 0 ? 'ok' : 'notice', text });
    res.redirect(303, slotsPath(event));
  });

  return router;
}

/** Why the times cannot be laid out, at the field that causes it. */
function refused(body: unknown, fault: NotPrepared, style: Style): Form {
  const message = () => {
    switch (fault.reason) {
      case 'no such time':
        return `There is no ${fieldTime(fault.field === 'from' ? fault.block.from : fault.block.to, style)} on ${fullDay(fault.day, style)}: the clocks go forward then. Enter another time.`;
      case 'order':
        return 'The last slot must end after the first begins.';
      case 'none fits':
        return 'No slot of this length fits between these times.';
      case 'blocks overlap':
        return 'Two blocks overlap. Each block must begin after the one before it ends.';
      case 'nobody':
        return 'None of these teachers is in the event anymore.';
      case 'nobody named':
        return 'Nobody on the list is a teacher of this event. Check the names, emails, or numbers.';
      case 'too many':
        return `That would be more than ${number(MOST_SLOTS)} slots. Select fewer teachers, days, or times.`;
    }
  };
  return { values: typedValues(body), errors: { [fault.field]: message() } };
}

/** The form for the hidden fields of the preview; teachers of the pasted list are among those selected. */
function fieldsOf(
  form: SlotForm,
  { plans }: Prepared,
  event: PlacedEvent,
): Record<string, string | string[]> {
  const { minutes, breakMinutes, capacity, kind, state, message } = form;
  const rest = { minutes, breakMinutes, capacity, kind, state, message };
  const isForAll = form.resources.length === 0 && form.list.trim() === '';
  return {
    ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, String(value)])),
    day: form.days.filter((day) => event.days.includes(day)),
    otherDay: form.days.filter((day) => !event.days.includes(day)),
    from: form.blocks.map(({ from }) => from),
    to: form.blocks.map(({ to }) => to),
    resources: isForAll ? [] : plans.map(({ resource }) => resource),
  };
}

function sayWarning({ code, day }: DayWarning, style: Style): string {
  const said = fullDay(day, style);
  switch (code) {
    case 'sunday':
      return `${said} is a Sunday.`;
    case 'outside':
      return `${said} isn’t a day of this event yet. It’s added to the event’s days.`;
    case 'past':
      return `${said} is over.`;
    case 'empty':
      return `${said} still has no slots.`;
  }
}

const SHOWN_ROWS = 50;
const SHOWN_TIMES = 200;
const SHOWN_NAMES = 20;

function previewOf(event: PlacedEvent, form: SlotForm, prepared: Prepared, actor: Actor) {
  const span = ({ from, to }: Span) => timeSpan(from, to, event);
  const uneven = prepared.plans.filter((plan) => plan.add.length < prepared.times.length);
  const ofFirstDay = prepared.times.filter(({ day }) => day === form.days[0]);
  const names = (list: string[]) =>
    list.length > SHOWN_NAMES
      ? `${list.slice(0, SHOWN_NAMES).join(', ')} and ${number(list.length - SHOWN_NAMES)} more`
      : andList(list, event);
  return {
    day: daysInWords(form.days, event),
    dayCount: form.days.length,
    forAll: form.resources.length === 0 && form.list.trim() === '',
    each: prepared.times.length,
    times: ofFirstDay.slice(0, SHOWN_TIMES).map(span),
    moreTimes: Math.max(0, ofFirstDay.length - SHOWN_TIMES),
    tooLate: prepared.tooLate.map(span),
    hidden: { count: prepared.hidden.length, names: names(prepared.hidden.map(({ name }) => name)) },
    unknown: { count: prepared.unknown.length, names: names(prepared.unknown.map(shortLine)) },
    several: { count: prepared.several.length, names: names(prepared.several.map(shortLine)) },
    ...sumPlans(prepared.plans),
    uneven: uneven.slice(0, SHOWN_ROWS),
    more: Math.max(0, uneven.length - SHOWN_ROWS),
    otherEvents: [
      ...new Set(
        prepared.plans
          .flatMap((plan) => (plan.elsewhere.length > 0 ? plan.elsewhereEvents : []))
          // A reader learns nothing about an event that they do not see, not even its name.
          .map(({ _id, name }) => (levelIn(actor, _id) === 'customer' ? 'another event' : name)),
      ),
    ],
  };
}

const shortLine = (line: string): string => `“${line.length > 60 ? `${line.slice(0, 59)}…` : line}”`;
