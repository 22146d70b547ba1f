import type { Response } from 'express';
import type { Deps } from '../deps.js';
import { readFamilies } from '../overview/read-families.js';
import { isFound, readHolders } from '../overview/read-holders.js';
import { countOf, number } from '../web/format-count.js';
import { dayAndTimeSoon } from '../web/format-time.js';
import { eventOf } from '../web/guards.js';
import { statusOf as statusOfForm, type Form } from '../web/parse.js';
import type { PlacedEvent } from '../web/place.js';
import { MOST_FAMILIES, PACES, USUAL_PLAN } from './policy.js';
import { listRehearsals } from './queries.js';
import { statusOf } from './say-end.js';
import { sayWhyNot } from './say-refusal.js';
import { pathOf, rehearsalsPage } from './show-frame.js';
import { findWhyNot } from './start-rehearsal.js';

/** How many families of the event could come. */
export async function countFamilies(event: PlacedEvent): Promise<number> {
  return (await readFamilies(event, () => Promise.resolve([]))).families.length;
}

/** Shows the form that begins a rehearsal, and the event's earlier rehearsals. */
export async function showForm(deps: Deps, res: Response, form?: Form): Promise<void> {
  const event = eventOf(res);
  const now = deps.now();
  const [{ families: all, taught }, { holders }, past, whyNot] = await Promise.all([
    readFamilies(event, () => Promise.resolve([])),
    readHolders(event, now),
    listRehearsals(event),
    // For no duration: that is checked when the form says how long it takes.
    findWhyNot(event, now, { firstMinutes: 0, restMinutes: 0, pace: 1 }),
  ]);
  const families = all.length;
  const offering = holders.filter((holder) => holder.visible > 0 && isFound(holder, taught));
  const slots = offering.reduce((sum, { visible }) => sum + visible, 0);
  const [running] = past.filter(({ open }) => open);
  const missing =
    families === 0
      ? {
          text: 'There are no families yet.',
          href: `/importer?event=${String(event._id)}`,
          label: 'Import classes',
        }
      : slots === 0
        ? {
            text: 'There are no times yet that families can book.',
            href: `/events/${String(event._id)}/slots/new`,
            label: 'Make slots',
          }
        : undefined;
  if (form) res.status(statusOfForm(form));
  res.render('rehearsal/form', {
    ...rehearsalsPage(event),
    ...(form ? { form } : {}),
    usual: { ...USUAL_PLAN, families: Math.min(families, MOST_FAMILIES) },
    size: `${countOf(families, 'family', 'families')}, ${countOf(slots, 'slot', 'slots')} with ${countOf(offering.length, 'teacher', 'teachers')}`,
    most: Math.min(families, MOST_FAMILIES),
    ...{ missing, running: running && pathOf(event, running._id) },
    whyNot: whyNot && !running ? sayWhyNot(whyNot) : '',
    paces: PACES.map((value) => ({
      value,
      label: value === 1 ? 'As on the day' : `${number(value)} times as fast`,
    })),
    perChild: [
      { value: 0, label: 'All of the child’s teachers' },
      ...[1, 2, 3, 4, 5, 6].map((value) => ({ value, label: countOf(value, 'teacher', 'teachers') })),
    ],
    rows: past.map((one) => ({
      href: pathOf(event, one._id),
      when: dayAndTimeSoon(one.createdAt, event, now),
      status: statusOf(one),
      families: one.outcome?.families,
      contented: one.outcome?.contented,
      booked: one.outcome?.booked,
    })),
  });
}
