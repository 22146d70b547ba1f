import { Types } from 'mongoose';
import { readDiaries } from '../claims/read-diaries.js';
import { LIVING_STATES } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { holdersOf, Slot } from '../models/slot.js';
import { groupBy } from '../web/lists.js';
import { findOverlaps, type Span } from '../slots/plan-slots.js';
import { slotsElsewhere } from '../slots/prepare-slots.js';
import { HOLDER, sittingOf } from '../claims/find-sitting.js';
import { utcDays } from '../claims/plan-needs.js';
import { planMove, type MovePlan, type Planned } from './plan-move.js';
import { findBooked, type Booked } from './queries.js';
import type { MoveForm } from './schema.js';

export interface CheckedMove {
  ok: true;
  planned: Planned[];
  /** The numbers of all slots of the plan, whether they can move or not. */
  appointments: Booked[];
  /** How many slots are left out because of the same teacher's slots in another event. */
  elsewhere: number;
}

/**
 * Where each slot of the wish would go, or why it cannot, as of now; writes nothing. Slots that are canceled always can. The diaries of all
 * teachers and families are read at once, including those who join a slot and staff contacts. Whether a teacher is a parent here is only
 * found out when the slot moves.
 */
export async function checkMove(
  event: Pick<Event, '_id' | 'account' | 'timeZone' | 'booking' | 'days'>,
  form: MoveForm,
): Promise<CheckedMove | Extract<MovePlan, { ok: false }>> {
  const plan = await planMove(event, form);
  if (!plan.ok) return plan;
  const { planned } = plan;
  const appointments = await findBooked(planned.map(({ slot }) => slot._id));
  const going = planned.flatMap(({ to }) => to ?? []);
  if (form.kind === 'cancel' || going.length === 0) return { ok: true, planned, appointments, elsewhere: 0 };
  const resources = await Resource.find(
    {
      _id: { $in: [...new Set(planned.flatMap(({ slot }) => holdersOf(slot)).map(String))] },
      account: event.account,
    },
    HOLDER,
  ).lean();
  const isOwn = new Set(planned.map(({ slot }) => slot.resource.toHexString()));
  const sitting = new Map(
    resources.map((one) => [one._id.toHexString(), sittingOf([one], []).map(({ _id }) => String(_id))]),
  );
  const contactOf = new Map(
    resources.map(({ _id, contact }) => [_id.toHexString(), contact?.toHexString() ?? '']),
  );
  const days = [...new Set(going.map(({ day }) => day))];
  const [own, others, diaries] = await Promise.all([
    slotsInTheWay(planned, days),
    slotsElsewhere(
      event,
      resources.filter(({ _id }) => isOwn.has(_id.toHexString())),
      going.toSorted((a, b) => +a.from - +b.from),
      days,
    ),
    busyOf(planned, appointments, [...sitting.values()].flat()),
  ]);
  const bySlot = new Map<string, Booked[]>();
  for (const one of appointments)
    for (const id of slotsOf(one).map(String)) bySlot.set(id, [...(bySlot.get(id) ?? []), one]);
  const [isInOwn, isElsewhere, isBusy] = [askAbout(own), askAbout(others), askAbout(diaries)];
  let elsewhere = 0;
  const checked = planned.map((one): Planned => {
    const { slot, to } = one;
    if (!to) return one;
    const resource = slot.resource.toHexString();
    const contact = contactOf.get(resource) ?? '';
    const held = bySlot.get(slot._id.toHexString()) ?? [];
    if (isInOwn(resource, to)) return { slot, why: 'overlap' };
    const people = holdersOf(slot).flatMap((id) => sitting.get(id.toHexString()) ?? []);
    if (held.length > 0 && people.some((person) => isBusy(person, to))) return { slot, why: 'teacher busy' };
    if (held.some((one) => isBusy(one.household.toHexString(), withGap(event, one, to))))
      return { slot, why: 'household busy' };
    if (isElsewhere(contact, to)) {
      elsewhere += 1;
      if (!form.elsewhere) return { slot, why: 'elsewhere' };
    }
    return one;
  });
  return { ok: true, planned: keepTogether(checked, appointments), appointments, elsewhere };
}

/** A longer meeting moves as one: where one of its slots cannot go, none does, nor what has another seat of these beside it. */
function keepTogether(planned: Planned[], appointments: Booked[]): Planned[] {
  const going = new Set(planned.flatMap(({ slot, to }) => (to ? [slot._id.toHexString()] : [])));
  const longer = appointments.filter(({ more }) => more).map((one) => slotsOf(one).map(String));
  const tied = new Map<string, string[][]>();
  for (const ids of longer) for (const id of ids) tied.set(id, [...(tied.get(id) ?? []), ids]);
  const staying = longer.flat().filter((id) => !going.has(id));
  for (const id of staying)
    for (const other of (tied.get(id) ?? []).flat()) if (going.delete(other)) staying.push(other);
  return planned.map((one) =>
    !one.to || going.has(one.slot._id.toHexString()) ? one : { slot: one.slot, why: 'longer' },
  );
}

/** A time with the way that a family needs to and from its other meetings, unless staff set it aside. */
function withGap({ booking }: Pick<Event, 'booking'>, { override }: Booked, { from, to }: Span): Span {
  const gap = override?.rules.includes('household busy') ? 0 : booking.gapMinutes * 60_000;
  return { from: new Date(from.getTime() - gap), to: new Date(to.getTime() + gap) };
}

/** Makes a test for whether a stretch overlaps one of somebody's; these are sorted once. */
function askAbout(spans: Map<string, Span[]>): (whose: string, span: Span) => boolean {
  const asks = new Map([...spans].map(([whose, list]) => [whose, findOverlaps(list)]));
  return (whose, span) => asks.get(whose)?.(span) ?? false;
}

/** The same teachers' other slots on the target days, which do not move along. */
async function slotsInTheWay(planned: Planned[], days: string[]): Promise<Map<string, Slot[]>> {
  const resources = [...new Set(planned.map(({ slot }) => slot.resource.toHexString()))];
  const moving = new Set(planned.flatMap(({ slot, to }) => (to ? [slot._id.toHexString()] : [])));
  const [first] = planned;
  if (!first) return new Map();
  const there = await Slot.find(
    {
      account: first.slot.account,
      event: first.slot.event,
      day: { $in: days },
      resource: { $in: resources },
    },
    { resource: 1, from: 1, to: 1 },
  ).lean();
  return groupBy(there.filter(({ _id }) => !moving.has(_id.toHexString())) as Slot[], ({ resource }) =>
    resource.toHexString(),
  );
}

/** When teachers and families are busy on the target days, by the person's id. */
async function busyOf(
  planned: Planned[],
  appointments: Booked[],
  sitting: string[],
): Promise<Map<string, Span[]>> {
  const people = [...new Set([...sitting, ...appointments.map(({ household }) => household.toHexString())])];
  const days = new Set(planned.flatMap(({ to }) => (to ? utcDays(to.from, to.to) : [])));
  const diaries = await readDiaries(
    people.map((id) => new Types.ObjectId(id)),
    [...days],
  );
  const own = new Set(appointments.map(({ _id }) => _id.toHexString()));
  const entries = diaries.flatMap(({ _id, busy }) =>
    busy
      .filter(({ appointment }) => !own.has(appointment.toHexString()))
      .map((entry) => ({ ...entry, person: _id.slice(0, _id.indexOf(':')) })),
  );
  const living = diaries.flatMap(({ by }) => by).filter(({ state }) => LIVING_STATES.includes(state));
  const alive = new Set(living.map(({ _id }) => _id.toHexString()));
  return groupBy(
    entries.filter(({ appointment }) => alive.has(appointment.toHexString())),
    ({ person }) => person,
  );
}
