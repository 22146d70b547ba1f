import type { Types } from 'mongoose';
import { slotsOf } from '../models/appointment-slots.js';
import { LIVING_STATES, type Appointment } from '../models/appointment.js';
import { addClaim, Claim } from '../models/claim.js';
import { Contact } from '../models/contact.js';
import { Diary, type Busy } from '../models/diary.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { Interpreter } from '../models/interpreter.js';
import { Resource } from '../models/resource.js';
import { holdersOf, Slot } from '../models/slot.js';
import { diaryOf } from './find-interpreter.js';
import { findPeople, goingOf } from '../claims/find-people.js';
import { contactsOf, HOLDER, sittingOf } from '../claims/find-sitting.js';
import { dayOf } from '../web/local-time.js';
import { diariesFor, planNeeds, type CountedNeed, type DiaryNeed, type Need } from '../claims/plan-needs.js';

/**
 * Gives some appointments what they would take if they were booked today, and nothing else: what limits count, whatever the maximum, and
 * their places in diaries. For appointments of older versions. May be repeated, also by two processes at once. A hold only gets its places
 * in diaries, because its confirmation takes the rest.
 */
export async function reconcileClaims(appointments: Appointment[]): Promise<void> {
  const needs = await needsOfAll(appointments);
  const ids = appointments.map(({ _id }) => _id);
  const living = appointments.filter(({ state }) => LIVING_STATES.includes(state));
  await addMissing(living, needs, await Claim.find({ appointment: { $in: ids } }).lean());
  // Read again, because another process may have added the same.
  await removeSpare(await Claim.find({ appointment: { $in: living.map(({ _id }) => _id) } }).lean());
  const diaries = await Diary.find({ 'busy.appointment': { $in: ids } }).lean();
  for (const appointment of appointments)
    await enterDiaries(appointment, needs.get(appointment._id.toHexString()) ?? [], diaries);
}

/** What each appointment needs, by its id. */
async function needsOfAll(appointments: Appointment[]): Promise<Map<string, Need[]>> {
  const speaking = appointments.flatMap(({ interpreter }) => interpreter ?? []);
  const [events, resources, households, slots, interpreters] = await Promise.all([
    Event.find({ _id: { $in: appointments.map(({ event }) => event) } }, { booking: 1, timeZone: 1 }).lean(),
    Resource.find({ _id: { $in: appointments.flatMap(holdersOf) } }, HOLDER).lean(),
    Household.find({ _id: { $in: appointments.map(({ household }) => household) } }).lean(),
    Slot.find({ _id: { $in: appointments.flatMap(slotsOf) } }, { day: 1, from: 1, to: 1 }).lean(),
    speaking.length > 0 ? Interpreter.find({ _id: { $in: speaking } }, { contact: 1 }).lean() : [],
  ]);
  const contacts = resources.flatMap(contactsOf);
  const teachers = await Contact.find({ _id: { $in: contacts } }, { email: 1 }).lean();
  const all = new Map<string, Need[]>();
  for (const item of appointments) {
    const event = byId(events, item.event);
    const resource = byId(resources, item.resource);
    if (!event || !resource) continue;
    const household = byId(households, item.household) ?? {
      _id: item.household,
      account: item.account,
      adults: [],
    };
    const people = await findPeople(
      goingOf(household, item.goer),
      sittingOf(
        holdersOf(item).flatMap((id) => byId(resources, id) ?? []),
        teachers,
      ),
    );
    const day = byId(slots, item.slot)?.day ?? dayOf(item.from, event.timeZone);
    const whole = { from: item.from, to: item.to, capacity: Infinity };
    // Each slot of a longer meeting has its own time; any other meeting has the time that was booked.
    const timed = (_id: Types.ObjectId) => ({
      ...whole,
      ...(item.more ? timesOf(byId(slots, _id)) : {}),
      _id,
    });
    const interpreter = item.interpreter && byId(interpreters, item.interpreter);
    const held = item.class ? { class: { _id: item.class, edits: {} } } : {};
    all.set(
      item._id.toHexString(),
      planNeeds({
        event,
        slot: { ...timed(item.slot), day },
        more: (item.more ?? []).map(timed),
        resource,
        students: item.students,
        household: item.household,
        goer: item.goer,
        people,
        ...(interpreter ? { interpreter: diaryOf(interpreter) } : {}),
        ...held,
      }),
    );
  }
  return all;
}

const timesOf = (slot: Pick<Slot, 'from' | 'to'> | undefined) => slot && { from: slot.from, to: slot.to };

function byId<T extends { _id: Types.ObjectId }>(list: T[], id: Types.ObjectId): T | undefined {
  return list.find(({ _id }) => _id.equals(id));
}

/** Adds limits only: a seat was always taken. */
async function addMissing(
  appointments: Appointment[],
  needs: Map<string, Need[]>,
  claims: Claim[],
): Promise<void> {
  for (const { _id, account, event } of appointments) {
    const held = claims.filter((claim) => _id.equals(claim.appointment));
    const missing = (needs.get(_id.toHexString()) ?? []).filter(
      (need): need is CountedNeed =>
        need.kind === 'counted' &&
        need.prefix.startsWith('limit') &&
        !held.some((claim) => claim._id.startsWith(need.prefix)),
    );
    for (const { prefix } of missing) await addClaim(prefix, { account, event, appointment: _id });
  }
}

/** Keeps the first of several claims of one appointment on the same thing. */
async function removeSpare(claims: Claim[]): Promise<void> {
  const kept = new Map<string, string>();
  const nameOf = (claim: Claim) =>
    `${claim.appointment.toHexString()} ${claim._id.slice(0, claim._id.lastIndexOf(':'))}`;
  for (const claim of claims) {
    const first = kept.get(nameOf(claim));
    if (first === undefined || claim._id < first) kept.set(nameOf(claim), claim._id);
  }
  for (const claim of claims)
    if (kept.get(nameOf(claim)) !== claim._id)
      await Claim.deleteOne({ _id: claim._id, appointment: claim.appointment });
}

/** Enters the new place before leaving the old one, so that the time is free at no moment. */
async function enterDiaries(item: Appointment, needs: Need[], diaries: Diary[]): Promise<void> {
  const wanted = needs
    .filter((need): need is DiaryNeed => need.kind === 'diary')
    .flatMap((need) => diariesFor(need).map((_id) => ({ _id, need })));
  if (wanted.length === 0) return;
  const isOurs = (busy: Busy) => busy.appointment.equals(item._id);
  for (const { _id, need } of wanted) {
    const { slot, from, to, who } = need;
    const found = diaries
      .find((diary) => diary._id === _id)
      ?.busy.find((busy) => isOurs(busy) && busy.slot.equals(slot));
    if (!found)
      await push(_id, item.account, { from, to, slot, appointment: item._id, ...(who ? { who } : {}) });
    // Older versions added the gap to the end.
    else if (+found.from !== +from || +found.to !== +to)
      await Diary.updateOne(
        { _id, busy: { $elemMatch: { appointment: item._id, slot } } },
        { $set: { 'busy.$.from': from, 'busy.$.to': to } },
      );
  }
  const ids = new Set(wanted.map(({ _id }) => _id));
  const others = diaries.filter((diary) => diary.busy.some(isOurs) && !ids.has(diary._id));
  for (const { _id } of others)
    await Diary.updateOne({ _id }, { $pull: { busy: { appointment: item._id } } });
}

async function push(_id: string, account: Types.ObjectId, entry: Busy): Promise<void> {
  const { appointment, slot } = entry;
  const entered = { $elemMatch: { appointment, slot } };
  for (;;) {
    try {
      await Diary.updateOne(
        { _id, busy: { $not: entered } },
        { $push: { busy: entry }, $setOnInsert: { account } },
        { upsert: true },
      );
      return;
    } catch (error) {
      // Either the diary has it already, or somebody made the diary meanwhile without it.
      if (!isDuplicateKey(error)) throw error;
      if (await Diary.exists({ _id, busy: entered })) return;
    }
  }
}
