import express, { type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { eventFrame } from '../../web/event-tabs.js';
import { actorOf, levelIn, type Actor } from '../../web/actor.js';
import { countOf, number } from '../../web/format-count.js';
import { fieldTime, fullDay, timeSpan } from '../../web/format-time.js';
import { eventGuard, eventOf } from '../../web/guards.js';
import type { PlacedEvent, Style } from '../../web/place.js';
import { parseForm, parseQuery, typedValues, type Form } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { addSlots } from '../add-slots.js';
import type { Span } from '../plan-slots.js';
import { refuseArchived } from '../policy.js';
import { prepareSlots, type NotPrepared, type Prepared } from '../prepare-slots.js';
import { activeTeachers } from '../queries.js';
import { freshSlots, MOST_SLOTS, newSlotsQuery, slotForm, type SlotForm } from '../schema.js';

/** Making slots: a form, a preview that writes nothing, and the making. */
export function generatorRoutes(deps: Deps): Router {
  const router = express.Router();
  router.use('/:event/slots', eventGuard('event administrator'));

  router.get('/:event/slots/new', async (req, res) => {
    const { resources } = parseQuery(newSlotsQuery, req.query);
    const [day] = eventOf(res).days;
    const values = { ...freshSlots, day, ...(resources.length > 0 ? { who: 'chosen', resources } : {}) };
    await formPage(res, { values, errors: {} });
  });

  // Back from the preview, with what was typed.
  router.post('/:event/slots/new', async (req, res) => {
    const parsed = parseForm(slotForm(eventOf(res)), req.body);
    await formPage(
      parsed.ok ? res : res.status(422),
      parsed.ok ? { values: typedValues(req.body), errors: {} } : parsed,
    );
  });

  router.post('/:event/slots/preview', async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(slotForm(event), req.body);
    if (!parsed.ok) {
      await formPage(res.status(422), parsed);
      return;
    }
    const prepared = await prepareSlots(event, parsed.value);
    if (!prepared.ok) {
      await formPage(res.status(422), refused(req.body, parsed.value, prepared, event));
      return;
    }
    res.render('slots/preview', {
      ...generatorPage(event),
      ...previewOf(event, parsed.value, prepared, actorOf(res)),
      fields: fieldsOf(parsed.value),
    });
  });

  router.post('/:event/slots', async (req, res) => {
    const event = eventOf(res);
    refuseArchived(event);
    const parsed = parseForm(slotForm(event), req.body);
    if (!parsed.ok) {
      await formPage(res.status(422), parsed);
      return;
    }
    const added = await addSlots(actorOf(res), event, parsed.value, deps.now());
    if (!added.ok) {
      await formPage(res.status(422), refused(req.body, parsed.value, added, event));
      return;
    }
    const left = added.leftOut > 0 ? ` ${countOf(added.leftOut, 'time', 'times')} left out.` : '';
    const text = `Made ${countOf(added.made, 'slot', 'slots')} for ${countOf(added.teachers, 'teacher', 'teachers')}.${left}`;
    say(req, { kind: added.made > 0 ? 'ok' : 'notice', text });
    res.redirect(303, `/events/${event._id.toHexString()}/slots`);
  });

  return router;
}

async function formPage(res: Response, form: Form): Promise<void> {
  const event = eventOf(res);
  const days = event.days.map((day) => ({ value: day, label: fullDay(day, event) }));
  res.render('slots/new', {
    ...generatorPage(event),
    days,
    teachers: await activeTeachers(event),
    form,
  });
}

function generatorPage(event: PlacedEvent) {
  return { ...eventFrame(event, 'slots', 'Make slots'), home: `/events/${event._id.toHexString()}/slots` };
}

/** Why the times cannot be laid out, beside the field that it is about. */
function refused(body: unknown, form: SlotForm, fault: NotPrepared, style: Style): Form {
  const day = fullDay(form.day, style);
  const messages: Record<NotPrepared['reason'], string> = {
    'no such time': `There is no ${fieldTime(fault.field === 'from' ? form.from : form.to, style)} on ${day}: the clocks go forward then. Enter another time.`,
    order: 'The last slot must end after the first begins.',
    'none fits': 'No slot of this length fits between these times.',
    nobody: 'None of these teachers is in the event anymore.',
    'too many': `That would be more than ${number(MOST_SLOTS)} slots. Select fewer teachers or fewer times.`,
  };
  return { values: typedValues(body), errors: { [fault.field]: messages[fault.reason] } };
}

/** The form again, for the hidden fields of the preview. */
function fieldsOf(form: SlotForm): Record<string, string | string[]> {
  const { resources, elsewhere: _asked, ...rest } = form;
  const texts = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, String(value)]));
  return { ...texts, resources: resources.map((id) => id.toHexString()) };
}

const SHOWN_ROWS = 50;

function previewOf(event: PlacedEvent, form: SlotForm, prepared: Prepared, actor: Actor) {
  const span = ({ from, to }: Span) => timeSpan(from, to, event);
  const sum = (list: 'add' | 'there' | 'blocked' | 'elsewhere') =>
    prepared.plans.reduce((total, plan) => total + plan[list].length, 0);
  const uneven = prepared.plans.filter((plan) => plan.add.length < prepared.times.length);
  return {
    day: fullDay(form.day, event),
    times: prepared.times.map(span),
    tooLate: prepared.tooLate && span(prepared.tooLate),
    totals: { add: sum('add'), there: sum('there'), blocked: sum('blocked'), elsewhere: sum('elsewhere') },
    teachers: prepared.plans.length,
    gaining: prepared.plans.filter((plan) => plan.add.length > 0).length,
    uneven: uneven.slice(0, SHOWN_ROWS),
    more: Math.max(0, uneven.length - SHOWN_ROWS),
    otherEvents: [
      ...new Set(
        prepared.plans
          .flatMap((plan) => (plan.elsewhere.length > 0 ? plan.elsewhereEvents : []))
          // Of an event that the actor does not see, not even the name.
          .map(({ _id, name }) => (levelIn(actor, _id) === 'customer' ? 'another event' : name)),
      ),
    ],
  };
}
