import type { Response } from 'express';
import type { Slot } from '../../models/slot.js';
import { countOf } from '../../web/format-count.js';
import { eventOf } from '../../web/guards.js';
import type { Form } from '../../web/parse.js';
import { KIND_WORDS } from '../../web/say-kind.js';
import { STATE_WORDS } from '../policy.js';
import type { Selected } from '../schema.js';
import { slotsPage } from '../show-frame.js';
import { rowsOfLeft } from '../show-left.js';
import { CHANGED_MEANWHILE } from '../tell-change.js';
import { planChange, type BulkPlan } from './plan-change.js';
import { readWhole } from './read-selection.js';
import { SAY_LEFT } from './say-left.js';
import type { BulkChange } from './schema.js';
import { fieldsOf, wordsOf } from './show-selection.js';

/** The form for changing many slots. */
export async function showChange(res: Response, selected: Selected, form: Form): Promise<void> {
  const event = eventOf(res);
  const slots = await readWhole(event, selected);
  res.render('slots/change', {
    ...slotsPage(event, 'Change slots'),
    ...(await wordsOf(event, slots)),
    fields: fieldsOf(selected, slots),
    form,
  });
}

/** Shows what the change would do, or what it would do now after somebody else changed some of the slots. */
export async function askChange(
  res: Response,
  wish: BulkChange,
  slots: Slot[],
  isAnother: boolean,
): Promise<void> {
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
    fewer > 0 && `${many(fewer)} fewer, because fewer of this length fit between the same start and end.`,
    extra > 0 && `${many(extra)} more, because more of this length fit between the same start and end.`,
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
    left: await rowsOfLeft(event, plan.left, SAY_LEFT),
    fields: {
      ...fieldsOf(wish, slots),
      ...{ minutes: minutes ?? '', capacity: capacity ?? '', kind, state, message, room },
      sure: '1',
    },
    form: { values: {}, errors: isAnother ? { _form: CHANGED_MEANWHILE } : {} },
  });
}

/** What was done, and which slots stay, with the reason. */
export async function showLeft(res: Response, left: BulkPlan['left'], text: string): Promise<void> {
  const event = eventOf(res);
  res.render('slots/left', {
    ...slotsPage(event, 'Change slots'),
    text,
    left: await rowsOfLeft(event, left, SAY_LEFT),
  });
}
