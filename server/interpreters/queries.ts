import type { Types } from 'mongoose';
import { diaryOf, isThere, languageFor } from '../booking/find-interpreter.js';
import { keepsNothing } from '../claims/check-holder.js';
import { utcDays } from '../claims/plan-needs.js';
import { readDiaries } from '../claims/read-diaries.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { Interpreter } from '../models/interpreter.js';
import { matchNames, type ReportRow } from '../reports/match-names.js';
import { byId } from '../web/lists.js';
import { nameSpoken } from '../web/format-language.js';
import type { PlacedEvent } from '../web/place.js';
import { inSight, type Sight } from '../web/sight.js';

/** The most meetings on the page: more than the interpreters of any school have in an event. */
const MOST = 2000;

/** A meeting that needs an interpreter or has one. */
export interface Interpreted {
  row: ReportRow;
  /** The name of the language; '' if the family does not ask for one any more. */
  language: string;
  interpreter: Types.ObjectId | undefined;
  /** Whether its interpreter cannot do it: they were removed, don't speak the language, or aren't there then. */
  isMisfit: boolean;
  /** Who could interpret. */
  choices: { id: string; name: string }[];
}

/** An event's coming meetings in sight that need an interpreter or have one: unmet needs first, then by time. */
export async function listInterpreted(event: PlacedEvent, now: Date, sight: Sight): Promise<Interpreted[]> {
  const { _id, account, interpreting } = event;
  const households = await Household.find(
    { account, interpreter: { $in: interpreting?.languages ?? [], $exists: true } },
    { interpreter: 1 },
  ).lean();
  const living = { event: _id, state: { $in: LIVING_STATES }, to: { $gt: now } };
  const [found, interpreters] = await Promise.all([
    Appointment.find({
      ...{ ...living, ...inSight(sight) },
      $or: [{ household: { $in: households.map((one) => one._id) } }, { interpreter: { $exists: true } }],
    })
      .sort({ from: 1 })
      .limit(MOST)
      .lean(),
    Interpreter.find({ event: _id, account }).sort({ sortKey: 1 }).lean(),
  ]);
  const [rows, busy] = await Promise.all([matchNames(event, found), readBusy(interpreters, found, now)]);
  const [householdOf, interpreterOf] = [byId(households), byId(interpreters)];
  const listed = found.flatMap((one, n): Interpreted[] => {
    const [row, household] = [rows[n], householdOf.get(String(one.household))];
    if (!row) return [];
    const language = household && languageFor(event, household);
    const present = one.interpreter && interpreterOf.get(String(one.interpreter));
    const can = (who: Interpreter) =>
      who.status === 'active' &&
      language !== undefined &&
      who.languages.includes(language) &&
      isThere(who, event, one);
    return [
      {
        row,
        language: language ? nameSpoken(language, event.locale) : '',
        interpreter: one.interpreter,
        isMisfit: present !== undefined && !can(present),
        choices: interpreters
          .filter((who) => can(who) && !busy(who, one))
          .map((who) => ({ id: String(who._id), name: who.name })),
      },
    ];
  });
  const isOpen = ({ interpreter, isMisfit }: Interpreted) => !interpreter || isMisfit;
  return [...listed.filter(isOpen), ...listed.filter((one) => !isOpen(one))];
}

type Setting = Pick<Event, '_id' | 'account' | 'interpreting'>;

/** How many coming meetings of an event lack an interpreter. */
export async function countLacking(event: Setting, now: Date): Promise<number> {
  if (!event.interpreting) return 0;
  return Appointment.countDocuments(await lackingIn(event, now));
}

/** The coming meetings of an event that lack an interpreter, whoever assigns them. */
export async function lackingIn(event: Setting, now: Date) {
  return {
    ...aheadOf(event, now),
    household: { $in: await asking(event, event.interpreting?.languages ?? []) },
    interpreter: { $exists: false },
  };
}

/** The languages that families may ask for but nobody interprets, at an event that assigns interpreters itself. */
export async function findUnspoken({
  _id: event,
  account,
  interpreting,
}: Pick<Event, '_id' | 'account'> & Partial<Pick<Event, 'interpreting'>>): Promise<string[]> {
  if (!interpreting || interpreting.byHand) return [];
  const spoken = await Interpreter.distinct('languages', { event, account, status: 'active' });
  return interpreting.languages.filter((code) => !spoken.includes(code));
}

/** How many coming meetings would lose their interpreter if families could ask only for these languages. */
export async function countLosing(event: Setting, languages: string[], now: Date): Promise<number> {
  return Appointment.countDocuments({
    ...aheadOf(event, now),
    household: { $nin: await asking(event, languages) },
    interpreter: { $exists: true },
  });
}

/** How many coming meetings an interpreter has. */
export async function countComing(event: Setting, interpreter: Types.ObjectId, now: Date): Promise<number> {
  return Appointment.countDocuments({ ...aheadOf(event, now), interpreter });
}

const aheadOf = ({ _id, account }: Setting, now: Date) => ({
  ...{ event: _id, account, state: { $in: LIVING_STATES } },
  from: { $gt: now },
});

/** The households that need an interpreter for one of some languages. */
function asking({ account }: Setting, languages: string[]): Promise<Types.ObjectId[]> {
  return Household.distinct('_id', { account, interpreter: { $in: languages, $exists: true } });
}

/** Whether an interpreter is at another meeting during one. What has ended since, like a hold whose time is over, is in nobody's way. */
async function readBusy(interpreters: Interpreter[], meetings: Appointment[], now: Date) {
  const days = [...new Set(meetings.flatMap(({ from, to }) => utcDays(from, to)))];
  const found = await readDiaries(interpreters.map(diaryOf), days);
  const diaries = new Map(found.map(({ _id, busy }) => [_id, busy]));
  const holders = byId(found.flatMap(({ by }) => by));
  return (who: Interpreter, { _id, from, to }: Appointment) =>
    utcDays(from, to).some((day) =>
      diaries
        .get(`${String(diaryOf(who))}:${day}`)
        ?.some(
          (entry) =>
            entry.from < to &&
            from < entry.to &&
            !entry.appointment.equals(_id) &&
            !keepsNothing(holders.get(String(entry.appointment)), now),
        ),
    );
}

/** An interpreter's meetings that the reader sees, by time. */
export async function meetingsOfInterpreter(
  event: PlacedEvent,
  id: Types.ObjectId,
  sight: Sight,
): Promise<ReportRow[]> {
  const found = await Appointment.find({
    interpreter: { $eq: id, $exists: true },
    ...{ event: event._id, ...inSight(sight) },
    state: { $in: LIVING_STATES },
  })
    .sort({ from: 1 })
    .limit(MOST)
    .lean();
  return matchNames(event, found);
}
