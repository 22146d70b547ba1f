import type { Types } from 'mongoose';
import { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { groupBy } from '../web/lists.js';
import { loadActive, type Teacher } from './load-teachers.js';
import { layOutDays, type DayTime, type LaidOut } from './lay-out-days.js';
import { nameTeachers } from './match-teachers.js';
import { planSlots, type ResourcePlan, type Span } from './plan-slots.js';
import type { SlotForm } from './generator/schema.js';
import { MOST_SLOTS } from './schema.js';

const DAY_MS = 24 * 3600_000;

/** A slot of the same teacher in another event. */
type Elsewhere = Span & { event: EventName };
type EventName = Pick<Event, '_id' | 'name'>;

export interface Prepared {
  ok: true;
  times: DayTime[];
  tooLate: Span[];
  plans: (ResourcePlan<DayTime> & { name: string; elsewhereEvents: EventName[] })[];
  /** The teachers who get no slots because parents see none of their classes, where no teachers were selected. */
  hidden: Teacher[];
  /** Lines of the pasted list that match nobody, and lines that match several. */
  unknown: string[];
  several: string[];
}

export type NotPrepared =
  | Extract<LaidOut, { ok: false }>
  | { ok: false; field: 'resources'; reason: 'nobody' | 'too many' }
  | { ok: false; field: 'list'; reason: 'nobody named' };

/** What the generator would do with this form now; writes nothing. */
export async function prepareSlots(
  event: Pick<Event, '_id' | 'account' | 'timeZone'>,
  form: SlotForm,
): Promise<Prepared | NotPrepared> {
  const laidOut = layOutDays(form, event.timeZone, MOST_SLOTS);
  if (!laidOut.ok) return laidOut;
  const { times, tooLate } = laidOut;

  const all = await loadActive(event);
  const { ids: chosen, unknown, several } = nameTeachers(all, form.resources, form.list);
  if (chosen.size === 0 && form.list.trim() !== '')
    return { ok: false, field: 'list', reason: 'nobody named' };
  const isChosen = ({ _id, isHidden }: Teacher) =>
    chosen.size > 0 ? chosen.has(_id.toHexString()) : !isHidden;
  const resources = all.filter(isChosen);
  if (resources.length === 0) return { ok: false, field: 'resources', reason: 'nobody' };
  if (resources.length * times.length > MOST_SLOTS)
    return { ok: false, field: 'resources', reason: 'too many' };

  const around = await slotsAround(event, resources, times, form.days);
  const plans = planSlots(times, around);
  return {
    ok: true,
    times,
    tooLate,
    hidden: chosen.size > 0 ? [] : all.filter(({ isHidden }) => isHidden),
    unknown,
    several,
    plans: plans.map((plan, index) => {
      const name = resources[index]?.name ?? '';
      const byId = new Map(around[index]?.others.map((span) => [span.event._id.toHexString(), span.event]));
      return { ...plan, name, elsewhereEvents: [...byId.values()] };
    }),
  };
}

/**
 * The slots that teachers have near some times, in this event and in the account's other events, in the order of the teachers, as
 * `planSlots` takes it.
 */
export async function slotsAround(
  event: Pick<Event, '_id' | 'account'>,
  teachers: Teacher[],
  times: Span[],
  days: string[],
): Promise<{ id: string; own: Span[]; others: Elsewhere[] }[]> {
  const [own, others] = await Promise.all([
    spansOf(
      teachers.map(({ _id }) => _id),
      times,
    ),
    slotsElsewhere(event, teachers, times, days),
  ]);
  return teachers.map(({ _id, contact }) => ({
    id: _id.toHexString(),
    own: own.get(_id.toHexString()) ?? [],
    others: others.get(contact?.toHexString() ?? '') ?? [],
  }));
}

/** The slots that some resources have near the times, by resource. */
async function spansOf(resources: Types.ObjectId[], times: Span[]): Promise<Map<string, Span[]>> {
  const first = times[0]?.from ?? new Date(0);
  const end = times.at(-1)?.to ?? first;
  const slots = await Slot.find(
    // A slot is shorter than a day, so no slot that begins earlier overlaps.
    { resource: { $in: resources }, from: { $gt: new Date(first.getTime() - DAY_MS), $lt: end } },
    { resource: 1, from: 1, to: 1 },
  ).lean();
  return groupBy(slots, (slot) => slot.resource.toHexString());
}

/** The slots that the same teachers have near the times in the account's other events, by contact. */
export async function slotsElsewhere(
  event: Pick<Event, '_id' | 'account'>,
  resources: { contact?: Types.ObjectId | null }[],
  times: Span[],
  days: string[],
): Promise<Map<string, Elsewhere[]>> {
  const contacts = resources.flatMap(({ contact }) => (contact ? [contact] : []));
  const around = days.flatMap((day) =>
    [-1, 0, 1].map((more) => new Date(Date.parse(day) + more * DAY_MS).toISOString().slice(0, 10)),
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
      // The partial index answers only a filter that names the type.
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
