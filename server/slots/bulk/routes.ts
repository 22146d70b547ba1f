import express, { type Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { countOf, number } from '../../web/format-count.js';
import { eventGuard, eventOf } from '../../web/guards.js';
import type { PlacedEvent } from '../../web/place.js';
import { parseForm, typedValues, type Form } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { loadActive } from '../load-teachers.js';
import { nameTeachers } from '../match-teachers.js';
import type { Selected } from '../schema.js';
import { slotsPath } from '../show-frame.js';
import { finishLayouts } from '../unlock-left.js';
import { changeMany } from './change-many.js';
import { copySlots, planCopy } from './copy-slots.js';
import { printOfSlots, readWhole } from './read-selection.js';
import { sayLeftLines, sayNoCopy } from './say-copy.js';
import { bulkChange, copyForm, type BulkChange } from './schema.js';
import { askChange, showChange, showLeft } from './show-change.js';
import { askCopy, showCopy } from './show-copy.js';

/** Changes of many slots that have their own forms: editing and copying. */
export function bulkRoutes(deps: Deps): Router {
  const router = express.Router();
  router.use('/:event/slots', eventGuard('event administrator'));

  router.post('/:event/slots/bulk', async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(bulkChange(event), req.body);
    if (!parsed.ok) return showChange(res.status(422), selectionIn(event, req.body), parsed);
    const wish = parsed.value;
    if (wish.sure) await finishLayouts(event, deps.now());
    const slots = await readWhole(event, wish);
    if (isNothing(wish) || slots.length === 0) {
      const errors = { _form: slots.length === 0 ? NOBODY : 'Enter or select what the slots become.' };
      return showChange(res.status(422), wish, { values: typedValues(req.body), errors });
    }
    const isAnother = wish.print !== '' && wish.print !== printOfSlots(slots);
    if (!wish.sure || isAnother) return askChange(res.status(isAnother ? 422 : 200), wish, slots, isAnother);
    const done = await changeMany(actorOf(res), event, slots, wish, deps.now());
    const text = [
      `Changed ${countOf(done.changed, 'slot', 'slots')}.`,
      done.made > 0 && `Made ${number(done.made)} more.`,
      done.removed > 0 && `Removed ${number(done.removed)}.`,
    ];
    if (done.left.length > 0)
      return showLeft(res, done.left, text.filter((part) => part !== false).join(' '));
    say(req, { kind: 'ok', text: text.filter((part) => part !== false).join(' ') });
    res.redirect(303, slotsPath(event));
  });

  router.post('/:event/slots/copy', async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(copyForm(event), req.body);
    if (!parsed.ok) return showCopy(res.status(422), selectionIn(event, req.body), parsed);
    const wish = parsed.value;
    const [slots, teachers] = await Promise.all([readWhole(event, wish), loadActive(event)]);
    const named = nameTeachers(teachers, wish.to, wish.list);
    const to = teachers.filter(({ _id }) => named.ids.has(_id.toHexString()));
    const left = [...named.unknown, ...named.several];
    const plan = await planCopy(event, slots, { to, toDay: wish.toDay, now: deps.now() }, teachers);
    if (!plan.ok || left.length > 0) {
      const errors: Form['errors'] =
        plan.ok || left.length > 0 ? { list: sayLeftLines(left) } : { to: sayNoCopy(plan.reason) };
      return showCopy(res.status(422), wish, { values: typedValues(req.body), errors });
    }
    const isAnother = wish.print !== '' && wish.print !== printOfSlots(slots);
    if (!wish.sure || isAnother) {
      askCopy(res.status(isAnother ? 422 : 200), wish, { slots, to, plan }, isAnother);
      return;
    }
    const made = await copySlots(actorOf(res), event, plan.plans, wish.elsewhere, deps.now());
    say(req, { kind: made > 0 ? 'ok' : 'notice', text: `Made ${countOf(made, 'slot', 'slots')}.` });
    res.redirect(303, slotsPath(event));
  });

  return router;
}

const NOBODY = 'Select slots that are still there.';

function isNothing({ minutes, capacity, kind, state, room }: BulkChange): boolean {
  return minutes === undefined && capacity === undefined && kind === '' && state === '' && room === '';
}

/** What a form that cannot be read is about. */
function selectionIn(event: PlacedEvent, body: unknown): Selected {
  const { ids, resources, day } = typedValues(body);
  const parsed = parseForm(copyForm(event), { ids, resources, day });
  return parsed.ok ? parsed.value : { ids: [], resources: [], day: '' };
}
