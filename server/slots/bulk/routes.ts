import express, { type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { Resource } from '../../models/resource.js';
import type { Slot } from '../../models/slot.js';
import { actorOf } from '../../web/actor.js';
import { countOf, number } from '../../web/format-count.js';
import { daysInWords, fullDay, shortDayAndTime } from '../../web/format-time.js';
import { eventGuard, eventOf } from '../../web/guards.js';
import type { PlacedEvent } from '../../web/place.js';
import { parseForm, typedValues, type Form } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { loadTeachers, type Teacher } from '../load-teachers.js';
import { linesOf, matchTeachers } from '../match-teachers.js';
import { refuseArchived, STATE_WORDS } from '../policy.js';
import { MOST_SLOTS, type Selected } from '../schema.js';
import { slotsPage, slotsPath } from '../show-frame.js';
import { changeMany, planChange, type BulkPlan, type WhyLeft } from './change-many.js';
import { copySlots, planCopy, type CopyPlan } from './copy-slots.js';
import { printOfSlots, readWhole } from './read-selection.js';
import { bulkChange, copyForm, type BulkChange } from './schema.js';

/** Changes of many slots that have a form of their own: what they become, and where they are copied to. */
export function bulkRoutes(deps: Deps): Router {
  const router = express.Router();
  router.use('/:event/slots', eventGuard('event administrator'));

  router.post('/:event/slots/bulk', async (req, res) => {
    const event = eventOf(res);
    refuseArchived(event);
    const parsed = parseForm(bulkChange(event), req.body);
    if (!parsed.ok) return showChange(res.status(422), selectionIn(event, req.body), parsed);
    const wish = parsed.value;
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
    refuseArchived(event);
    const parsed = parseForm(copyForm(event), req.body);
    if (!parsed.ok) return showCopy(res.status(422), selectionIn(event, req.body), parsed);
    const wish = parsed.value;
    const [slots, teachers] = await Promise.all([readWhole(event, wish), loadTeachers(event)]);
    const named = matchTeachers(teachers.filter(isActive), linesOf(wish.list), (line) => line);
    const ids = new Set([
      ...wish.to.map((id) => id.toHexString()),
      ...named.found.map(({ teacher }) => teacher._id.toHexString()),
    ]);
    const to = teachers.filter((one) => isActive(one) && ids.has(one._id.toHexString()));
    const left = [...named.unknown, ...named.several];
    const plan = await planCopy(event, slots, { to, toDay: wish.toDay }, teachers.filter(isActive));
    if (!plan.ok || left.length > 0) {
      const errors: Form['errors'] =
        plan.ok || left.length > 0 ? { list: sayLeftLines(left) } : { to: sayNoCopy(plan.reason) };
      return showCopy(res.status(422), wish, { values: typedValues(req.body), errors });
    }
    const isAnother = wish.print !== '' && wish.print !== printOfSlots(slots);
    if (!wish.sure || isAnother) {
      const fields = {
        ...fieldsOf(wish, slots),
        toDay: wish.toDay,
        to: to.map(({ _id }) => _id.toHexString()),
      };
      res.status(isAnother ? 422 : 200);
      res.render('slots/copy-preview', {
        ...slotsPage(event, 'Copy slots'),
        ...totalsOf(plan, event),
        fields,
        form: { values: {}, errors: isAnother ? { _form: CHANGED_MEANWHILE } : {} },
      });
      return;
    }
    const made = await copySlots(actorOf(res), event, plan.plans, wish.elsewhere, deps.now());
    say(req, { kind: made > 0 ? 'ok' : 'notice', text: `Made ${countOf(made, 'slot', 'slots')}.` });
    res.redirect(303, slotsPath(event));
  });

  return router;
}

const NOBODY = 'Select slots that are still there.';
const CHANGED_MEANWHILE =
  'Somebody else changed some of these slots while you had this page open. This is how they are now. Check them, then continue.';

const isActive = ({ status }: Teacher) => status === 'active';

function isNothing({ minutes, capacity, kind, state, room }: BulkChange): boolean {
  return minutes === undefined && capacity === undefined && kind === '' && state === '' && room === '';
}

/** Of a form that cannot be read: what it is about. */
function selectionIn(event: PlacedEvent, body: unknown): Selected {
  const { ids, resources, day } = typedValues(body);
  const parsed = parseForm(copyForm(event), { ids, resources, day });
  return parsed.ok ? parsed.value : { ids: [], resources: [], day: '' };
}

function fieldsOf({ ids, resources, day }: Selected, slots: Slot[]) {
  const hex = (list: { toHexString(): string }[]) => list.map((id) => id.toHexString());
  return { ids: hex(ids), resources: hex(resources), day, print: printOfSlots(slots) };
}

async function whatOf(event: PlacedEvent, selected: Selected) {
  const slots = await readWhole(event, selected);
  const resources = [...new Set(slots.map(({ resource }) => resource.toHexString()))];
  const [first] = await Resource.find({ _id: { $in: resources }, account: event.account }, { name: 1 })
    .limit(1)
    .lean();
  const days = [...new Set(slots.map(({ day }) => day))].sort();
  const whom =
    resources.length === 1
      ? (first?.name ?? 'one teacher')
      : countOf(resources.length, 'teacher', 'teachers');
  return { slots, count: slots.length, whom, days, when: days.length > 0 ? daysInWords(days, event) : '' };
}

/** The form for what many slots become. */
export async function showChange(res: Response, selected: Selected, form: Form): Promise<void> {
  const event = eventOf(res);
  const what = await whatOf(event, selected);
  res.render('slots/change', {
    ...slotsPage(event, 'Change slots'),
    ...what,
    fields: fieldsOf(selected, what.slots),
    form,
  });
}

/** The form for where many slots are copied to. */
export async function showCopy(res: Response, selected: Selected, form: Form): Promise<void> {
  const event = eventOf(res);
  const [what, teachers] = await Promise.all([whatOf(event, selected), loadTeachers(event)]);
  res.render('slots/copy', {
    ...slotsPage(event, 'Copy slots'),
    ...what,
    fields: fieldsOf(selected, what.slots),
    teachers: teachers
      .filter(isActive)
      .map(({ _id, name, room }) => ({ value: _id.toHexString(), label: room ? `${name} (${room})` : name })),
    form,
  });
}

async function askChange(res: Response, wish: BulkChange, slots: Slot[], isAnother: boolean): Promise<void> {
  const event = eventOf(res);
  const plan = await planChange(event, slots, wish);
  const { minutes, capacity, kind, state, message, room } = wish;
  const extra = plan.runs.reduce((sum, run) => sum + Math.max(0, run.times.length - run.slots.length), 0);
  const fewer = plan.runs.reduce((sum, run) => sum + Math.max(0, run.slots.length - run.times.length), 0);
  const teachers = new Set(slots.map(({ resource }) => resource.toHexString())).size;
  const many = (count: number) => countOf(count, 'slot', 'slots');
  const says = [
    minutes !== undefined &&
      `${many(plan.changing.length - fewer)} last ${countOf(minutes, 'minute', 'minutes')}.`,
    fewer > 0 && `${many(fewer)} fewer: the times stay between the same begin and end, and fewer fit.`,
    extra > 0 && `${many(extra)} more: the times stay between the same begin and end, and more fit.`,
    capacity !== undefined &&
      `${many(plan.changing.length)} for ${countOf(capacity, 'family', 'families')} each.`,
    kind !== '' && `${many(plan.changing.length)}: ${KIND_WORDS[kind]}.`,
    state !== '' && `${many(slots.length)}: ${STATE_WORDS[state]}${message ? `, “${message}”` : ''}.`,
    room !== '' &&
      `The room of ${countOf(teachers, 'teacher is', 'teachers are')} ${room}, for all their slots.`,
  ].filter((part) => part !== false);
  res.render('slots/change-preview', {
    ...slotsPage(event, 'Change slots'),
    count: slots.length,
    says,
    left: await rowsOfLeft(event, plan.left),
    fields: {
      ...fieldsOf(wish, slots),
      ...{ minutes: minutes ?? '', capacity: capacity ?? '', kind, state, message, room },
      sure: '1',
    },
    form: { values: {}, errors: isAnother ? { _form: CHANGED_MEANWHILE } : {} },
  });
}

async function showLeft(res: Response, left: BulkPlan['left'], text: string): Promise<void> {
  const event = eventOf(res);
  res.render('slots/left', {
    ...slotsPage(event, 'Change slots'),
    text,
    left: await rowsOfLeft(event, left),
  });
}

export const KIND_WORDS = { 'in person': 'In person', video: 'Video', either: 'In person or video' } as const;

const WHY: Record<WhyLeft, string> = {
  booked: 'It’s booked. Move or cancel the appointment first.',
  held: 'A parent is booking it right now. Try again in a few minutes.',
  'no room': 'There’s no room for this length before the next slot.',
  seats: 'More families have it than that.',
  changed: 'Somebody else changed it at this moment.',
};

const SHOWN_LEFT = 200;

/** Slots that stay as they are, as slots/left-table shows them. */
export async function rowsOfLeft(
  event: PlacedEvent,
  left: { slot: Pick<Slot, '_id' | 'resource' | 'from'>; why: WhyLeft }[],
) {
  const shown = left.slice(0, SHOWN_LEFT);
  const teachers = await Resource.find(
    { _id: { $in: shown.map(({ slot }) => slot.resource) }, account: event.account },
    { name: 1 },
  ).lean();
  const names = new Map(teachers.map(({ _id, name }) => [_id.toHexString(), name]));
  return {
    count: left.length,
    rows: shown.map(({ slot, why }) => ({
      href: `/events/${event._id.toHexString()}/day-sheet/${slot._id.toHexString()}`,
      name: names.get(slot.resource.toHexString()) ?? '',
      when: shortDayAndTime(slot.from, event),
      why: WHY[why],
    })),
  };
}

function totalsOf(plan: Extract<CopyPlan, { ok: true }>, event: PlacedEvent) {
  const sum = (list: 'add' | 'there' | 'blocked' | 'elsewhere') =>
    plan.plans.reduce((total, one) => total + one[list].length, 0);
  const days = new Set(plan.plans.flatMap((one) => [...one.add, ...one.elsewhere].map(({ day }) => day)));
  return {
    totals: { add: sum('add'), there: sum('there'), blocked: sum('blocked'), elsewhere: sum('elsewhere') },
    gaining: plan.plans.filter((one) => one.add.length > 0).length,
    teachers: plan.plans.length,
    skipped: plan.skipped,
    newDays: [...days].filter((day) => !event.days.includes(day)).map((day) => fullDay(day, event)),
  };
}

function sayNoCopy(reason: Extract<CopyPlan, { ok: false }>['reason']): string {
  return {
    nobody: 'Select the teachers who get these times, or the day that they go to.',
    'several days': 'Slots of several days can’t go to one day. Select the slots of one day.',
    'too many': `That would be more than ${number(MOST_SLOTS)} slots. Select fewer teachers or slots.`,
  }[reason];
}

function sayLeftLines(lines: string[]): string {
  const shown = lines.slice(0, 5).map((line) => `“${line.slice(0, 60)}”`);
  const more = lines.length > shown.length ? ` and ${number(lines.length - shown.length)} more` : '';
  return `Not recognized, or more than one teacher: ${shown.join(', ')}${more}. Correct or remove these lines.`;
}
