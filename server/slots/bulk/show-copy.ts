import type { Response } from 'express';
import type { Slot } from '../../models/slot.js';
import { fullDay } from '../../web/format-time.js';
import { eventOf } from '../../web/guards.js';
import type { Form } from '../../web/parse.js';
import type { PlacedEvent } from '../../web/place.js';
import { loadActive, type Teacher } from '../load-teachers.js';
import { sumPlans } from '../plan-slots.js';
import type { Selected } from '../schema.js';
import { slotsPage } from '../show-frame.js';
import { CHANGED_MEANWHILE } from '../tell-change.js';
import { countLost, type CopyPlan } from './copy-slots.js';
import { readWhole } from './read-selection.js';
import type { CopyForm } from './schema.js';
import { fieldsOf, wordsOf } from './show-selection.js';

type CopyPlanned = Extract<CopyPlan, { ok: true }>;

/** The form for copying many slots. */
export async function showCopy(res: Response, selected: Selected, form: Form): Promise<void> {
  const event = eventOf(res);
  const [slots, teachers] = await Promise.all([readWhole(event, selected), loadActive(event)]);
  res.render('slots/copy', {
    ...slotsPage(event, 'Copy slots'),
    ...(await wordsOf(event, slots)),
    fields: fieldsOf(selected, slots),
    teachers: teachers.map(({ _id, name, room }) => ({
      value: _id.toHexString(),
      label: room ? `${name} (${room})` : name,
    })),
    form,
  });
}

/** Shows what copying would make, or what it would make now after somebody else changed some of the slots. */
export function askCopy(
  res: Response,
  wish: CopyForm,
  { slots, to, plan }: { slots: Slot[]; to: Teacher[]; plan: CopyPlanned },
  isAnother: boolean,
): void {
  const event = eventOf(res);
  res.render('slots/copy-preview', {
    ...slotsPage(event, 'Copy slots'),
    ...sumPlans(plan.plans),
    lost: countLost(plan.plans),
    skipped: plan.skipped,
    newDays: newDaysOf(plan, event),
    fields: {
      ...fieldsOf(wish, slots),
      toDay: wish.toDay,
      to: to.map(({ _id }) => _id.toHexString()),
    },
    form: { values: {}, errors: isAnother ? { _form: CHANGED_MEANWHILE } : {} },
  });
}

function newDaysOf({ plans }: CopyPlanned, event: PlacedEvent): string[] {
  const days = new Set(plans.flatMap((one) => [...one.add, ...one.elsewhere].map(({ day }) => day)));
  return [...days].filter((day) => !event.days.includes(day)).map((day) => fullDay(day, event));
}
