import type { Types } from 'mongoose';
import type { Busy } from '../models/diary.js';
import type { Event } from '../models/event.js';
import type { Household } from '../models/household.js';
import { Interpreter } from '../models/interpreter.js';
import type { Slot } from '../models/slot.js';
import { byId } from '../web/lists.js';
import { toLocal } from '../web/local-time.js';
import { keepsNothing, type HolderOf, type Taker } from '../claims/check-holder.js';
import { isInTheWay } from '../claims/enter-diary.js';
import { diariesFor, interpreterNeeds, utcDays } from '../claims/plan-needs.js';
import { readDiaries } from '../claims/read-diaries.js';

/** What of an event decides who interprets. */
export type Interpreted = Pick<Event, '_id' | 'account' | 'timeZone' | 'interpreting'>;
type Stretch = Pick<Slot, '_id' | 'from' | 'to'>;

/** The language in which a household needs an interpreter at an event; undefined where it needs none, or the event offers none. */
export function languageFor(
  { interpreting }: Pick<Event, 'interpreting'>,
  { interpreter }: Pick<Household, 'interpreter'>,
): string | undefined {
  return interpreter && interpreting?.languages.includes(interpreter) ? interpreter : undefined;
}

/** The same where a meeting needs an interpreter to be booked, because the event assigns them itself. */
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

/** Whether an interpreter is at the event for all of a time. */
export function isThere(
  { times }: Pick<Interpreter, 'times'>,
  { timeZone }: Pick<Event, 'timeZone'>,
  { from, to }: Pick<Slot, 'from' | 'to'>,
): boolean {
  if (times.length === 0) return true;
  const [begin, end] = [toLocal(from, timeZone), toLocal(to, timeZone)];
  return times.some((one) => `${one.day}T${one.from}` <= begin && end <= `${one.day}T${one.to}`);
}

/** The event's interpreters of a language, by name. */
function findSpeaking({ _id, account }: Interpreted, language: string): Promise<Interpreter[]> {
  return Interpreter.find({ event: _id, account, status: 'active', languages: language })
    .sort({ sortKey: 1 })
    .lean();
}

/**
 * Who can interpret a whole meeting: preferred people first, then whoever has the fewest meetings on these days. Nothing is taken.
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
  const diaries = await readFor(there, utcDays(from, to));
  const rankOf = ({ _id }: Interpreter) => {
    const at = prefer.findIndex((id) => id?.equals(_id));
    return at < 0 ? prefer.length : at;
  };
  const loadOf = (one: Interpreter) =>
    utcDays(from, to).flatMap((day) => diaries.entries.get(`${String(diaryOf(one))}:${day}`) ?? []).length;
  return there
    .filter((one) => isFree(one, slots, me, { ...diaries, now }))
    .sort((a, b) => rankOf(a) - rankOf(b) || loadOf(a) - loadOf(b));
}

/** The slots at which somebody could interpret; undefined where nobody has to. */
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
  const diaries = await readFor(speaking, days);
  return (slot) =>
    speaking.some((one) => isThere(one, event, slot) && isFree(one, [slot], me(slot), { ...diaries, now }));
}

/** Some interpreters' days by their ids, and the appointments in them. */
interface Diaries {
  entries: Map<string, Busy[]>;
  holders: Map<string, HolderOf>;
}

async function readFor(interpreters: Interpreter[], days: string[]): Promise<Diaries> {
  const diaries = await readDiaries(interpreters.map(diaryOf), days);
  return {
    entries: new Map(diaries.map(({ _id, busy }) => [_id, busy])),
    holders: byId(diaries.flatMap(({ by }) => by)),
  };
}

/** Whether nothing that still counts overlaps any part of a meeting. */
function isFree(
  one: Interpreter,
  slots: Stretch[],
  me: Taker,
  { entries, holders, now }: Diaries & { now: Date },
): boolean {
  return interpreterNeeds(slots, diaryOf(one)).every((need) =>
    diariesFor(need)
      .flatMap((id) => entries.get(id) ?? [])
      .every(
        (entry) =>
          !isInTheWay(entry, me, need) || keepsNothing(holders.get(String(entry.appointment)), now, me),
      ),
  );
}
