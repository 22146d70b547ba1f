import type { Types } from 'mongoose';
import { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { layOutTimes, planSlots, type ResourcePlan, type Span, type Times } from './plan-slots.js';
import { MOST_SLOTS, type SlotForm } from './schema.js';

const DAY_MS = 24 * 3600_000;

/** A slot of the same teacher in another event. */
type Elsewhere = Span & { event: EventName };
type EventName = Pick<Event, '_id' | 'name'>;

export interface Prepared {
  ok: true;
  times: Span[];
  tooLate?: Span;
  plans: (ResourcePlan & { name: string; elsewhereEvents: EventName[] })[];
}

export type NotPrepared =
  Extract<Times, { ok: false }> | { ok: false; field: 'resources'; reason: 'nobody' | 'too many' };

/** What the generator would do for this form at this moment; writes nothing. */
export async function prepareSlots(
  event: Pick<Event, '_id' | 'account' | 'timeZone'>,
  form: SlotForm,
): Promise<Prepared | NotPrepared> {
  const laidOut = layOutTimes(form, event.timeZone);
  if (!laidOut.ok) return laidOut;
  const { times, tooLate } = laidOut;

  const resources = await Resource.find(
    {
      account: event.account,
      event: event._id,
      status: 'active',
      ...(form.who === 'chosen' ? { _id: { $in: form.resources } } : {}),
    },
    { name: 1, contact: 1 },
  )
    .sort({ sortKey: 1 })
    .lean();
  if (resources.length === 0) return { ok: false, field: 'resources', reason: 'nobody' };
  if (resources.length * times.length > MOST_SLOTS)
    return { ok: false, field: 'resources', reason: 'too many' };

  const own = await spansOf(
    resources.map((resource) => resource._id),
    times,
  );
  const others = await slotsElsewhere(event, resources, times, form.day);
  const plans = planSlots(
    times,
    resources.map(({ _id, contact }) => ({
      id: _id.toHexString(),
      own: own.get(_id.toHexString()) ?? [],
      others: others.get(contact?.toHexString() ?? '') ?? [],
    })),
  );
  return {
    ok: true,
    times,
    ...(tooLate ? { tooLate } : {}),
    plans: plans.map((plan, index) => {
      const { name = '', contact } = resources[index] ?? {};
      const there = others.get(contact?.toHexString() ?? '') ?? [];
      const byId = new Map(there.map((span) => [span.event._id.toHexString(), span.event]));
      return { ...plan, name, elsewhereEvents: [...byId.values()] };
    }),
  };
}

/** The slots that some resources have around the times, by resource. */
async function spansOf(resources: Types.ObjectId[], times: Span[]): Promise<Map<string, Span[]>> {
  const first = times[0]?.from ?? new Date(0);
  const end = times.at(-1)?.to ?? first;
  const slots = await Slot.find(
    // A slot is less than a day long, so none that begins earlier reaches in.
    { resource: { $in: resources }, from: { $gt: new Date(first.getTime() - DAY_MS), $lt: end } },
    { resource: 1, from: 1, to: 1 },
  ).lean();
  return groupBy(slots, (slot) => slot.resource.toHexString());
}

/** The slots that the same teachers have in the account's other events around the times, by contact. */
async function slotsElsewhere(
  event: Pick<Event, '_id' | 'account'>,
  resources: { contact?: Types.ObjectId | null }[],
  times: Span[],
  day: string,
): Promise<Map<string, Elsewhere[]>> {
  const contacts = resources.flatMap(({ contact }) => (contact ? [contact] : []));
  const around = [-1, 0, 1].map((days) =>
    new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10),
  );
  const events = await Event.find(
    { account: event.account, status: 'active', _id: { $ne: event._id }, days: { $in: around } },
    { name: 1 },
  ).lean();
  if (contacts.length === 0 || events.length === 0) return new Map();
  const same = await Resource.find(
    {
      account: event.account,
      event: { $in: events.map(({ _id }) => _id) },
      // The type is what lets the partial index answer.
      contact: { $in: contacts, $type: 'objectId' },
    },
    { contact: 1, event: 1 },
  ).lean();
  const spans = await spansOf(
    same.map((resource) => resource._id),
    times,
  );
  const byId = new Map(events.map((other) => [other._id.toHexString(), other]));
  const all = same.flatMap((resource) => {
    const other = byId.get(resource.event.toHexString());
    if (!other) return [];
    return (spans.get(resource._id.toHexString()) ?? []).map(({ from, to }) => ({
      contact: resource.contact?.toHexString() ?? '',
      from,
      to,
      event: other,
    }));
  });
  return groupBy(all, ({ contact }) => contact);
}

function groupBy<T>(items: T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
