import type { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import { Diary, type Busy } from '../models/diary.js';
import type { Event } from '../models/event.js';
import type { Household } from '../models/household.js';
import { Interpreter } from '../models/interpreter.js';
import type { Slot } from '../models/slot.js';
import { byId, groupBy } from '../web/lists.js';
import { toLocal } from '../web/local-time.js';
import { HOLDER_FIELDS, keepsNothing, type Taker } from './check-holder.js';
import { isInTheWay } from './enter-diary.js';
import { diariesFor, interpreterNeeds, utcDays } from './plan-needs.js';

/** An event as far as it says who interprets. */
export type Interpreted = Pick<Event, '_id' | 'account' | 'timeZone' | 'interpreting'>;
type Stretch = Pick<Slot, '_id' | 'from' | 'to'>;

/** The language in which a household needs an interpreter at an event; undefined where it needs none, or the event offers none. */
export function languageFor(
  { interpreting }: Pick<Event, 'interpreting'>,
  { interpreter }: Pick<Household, 'interpreter'>,
): string | undefined {
  return interpreter && interpreting?.languages.includes(interpreter) ? interpreter : undefined;
}

/** The same where a meeting needs one to be booked, as the event assigns them itself. */
export function languageAtOnce(
  event: Pick<Event, 'interpreting'>,
  household: Pick<Household, 'interpreter'>,
): string | undefined {
  return event.interpreting?.byHand ? undefined : languageFor(event, household);
}

/** Whose diary an interpreter's meetings are in. */
export function diaryOf({ _id, contact }: Pick<Interpreter, '_id' | 'contact'>): Types.ObjectId {
  return contact ?? _id;
}

/** Whether an interpreter is at the event for all of a stretch. */
export function isThere(
  { times }: Pick<Interpreter, 'times'>,
  { timeZone }: Pick<Event, 'timeZone'>,
  { from, to }: Pick<Slot, 'from' | 'to'>,
): boolean {
  if (times.length === 0) return true;
  const [begin, end] = [toLocal(from, timeZone), toLocal(to, timeZone)];
  return times.some((one) => `${one.day}T${one.from}` <= begin && end <= `${one.day}T${one.to}`);
}

/** Those of an event who interpret a language, by their names. */
export function findSpeaking({ _id, account }: Interpreted, language: string): Promise<Interpreter[]> {
  return Interpreter.find({ event: _id, account, status: 'active', languages: language })
    .sort({ sortKey: 1 })
    .lean();
}

/**
 * Who can interpret for all of a meeting: those first who are preferred, then who has least to do on these days. Nothing is taken.
 * @param slots those of a longer meeting, by time
 */
export async function findFree(
  event: Interpreted,
  language: string,
  slots: Stretch[],
  { me, prefer = [], now }: { me: Taker; prefer?: (Types.ObjectId | undefined)[]; now: Date },
): Promise<Interpreter[]> {
  const [from, to] = [slots[0]?.from, slots.at(-1)?.to];
  if (!from || !to) return [];
  const speaking = await findSpeaking(event, language);
  const there = speaking.filter((one) => isThere(one, event, { from, to }));
  const entries = await readEntries(there, utcDays(from, to));
  const living = await findLiving([...entries.values()].flat(), me, now);
  const rankOf = ({ _id }: Interpreter) => {
    const at = prefer.findIndex((id) => id?.equals(_id));
    return at < 0 ? prefer.length : at;
  };
  const entriesOf = (one: Interpreter, days: string[]) => days.flatMap((id) => entries.get(id) ?? []);
  const loadOf = (one: Interpreter) => entriesOf(one, daysOf(one, utcDays(from, to))).length;
  return there
    .filter((one) =>
      interpreterNeeds(slots, diaryOf(one)).every((need) =>
        entriesOf(one, diariesFor(need)).every((entry) => !isInTheWay(entry, me, need) || !living(entry)),
      ),
    )
    .sort((a, b) => rankOf(a) - rankOf(b) || loadOf(a) - loadOf(b));
}

/** At which of many slots somebody could interpret; undefined where none has to. */
export async function findInterpreted(
  event: Interpreted,
  household: Pick<Household, 'interpreter'>,
  slots: Slot[],
  { me, now }: { me: (slot: Slot) => Taker; now: Date },
): Promise<((slot: Slot) => boolean) | undefined> {
  const language = languageAtOnce(event, household);
  if (!language) return undefined;
  const speaking = await findSpeaking(event, language);
  const days = [...new Set(slots.flatMap(({ from, to }) => utcDays(from, to)))];
  const entries = await readEntries(speaking, days);
  const holders = await readHolders([...entries.values()].flat());
  return (slot) => {
    const asker = me(slot);
    return speaking.some((one) => {
      const needs = interpreterNeeds([slot], diaryOf(one));
      return (
        isThere(one, event, slot) &&
        needs.every((need) =>
          diariesFor(need)
            .flatMap((id) => entries.get(id) ?? [])
            .every(
              (entry) =>
                !isInTheWay(entry, asker, need) ||
                keepsNothing(holders.get(String(entry.appointment)), now, asker),
            ),
        )
      );
    });
  };
}

const daysOf = (one: Interpreter, days: string[]) => days.map((day) => `${String(diaryOf(one))}:${day}`);

async function readEntries(interpreters: Interpreter[], days: string[]): Promise<Map<string, Busy[]>> {
  const ids = interpreters.flatMap((one) => daysOf(one, days));
  const found = ids.length > 0 ? await Diary.find({ _id: { $in: ids } }).lean() : [];
  return new Map(found.map(({ _id, busy }) => [_id, busy]));
}

async function readHolders(entries: Busy[]) {
  const ids = [...groupBy(entries, ({ appointment }) => String(appointment)).values()].flatMap(
    ([entry]) => entry?.appointment ?? [],
  );
  const found = ids.length > 0 ? await Appointment.find({ _id: { $in: ids } }, HOLDER_FIELDS).lean() : [];
  return byId(found);
}

async function findLiving(entries: Busy[], me: Taker, now: Date): Promise<(entry: Busy) => boolean> {
  const holders = await readHolders(entries);
  return ({ appointment }) => !keepsNothing(holders.get(String(appointment)), now, me);
}
