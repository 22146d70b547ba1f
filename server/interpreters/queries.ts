import type { Types } from 'mongoose';
import { diaryOf, isThere, languageFor } from '../booking/find-interpreter.js';
import { utcDays } from '../booking/plan-needs.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Diary } from '../models/diary.js';
import { Household } from '../models/household.js';
import { Interpreter } from '../models/interpreter.js';
import { matchNames, type ReportRow } from '../reports/match-names.js';
import { byId } from '../web/lists.js';
import { nameSpoken } from '../web/format-language.js';
import type { PlacedEvent } from '../web/place.js';

/** The most meetings on the page: more than interpreters of any school have in an event. */
const MOST = 2000;

/** A meeting that needs an interpreter, or has one. */
export interface Interpreted {
  row: ReportRow;
  /** What the language is called; '' where the family doesn't ask for one anymore. */
  language: string;
  interpreter: Types.ObjectId | undefined;
  /** Whoever it has can't: they are gone, don't speak it, or aren't there then. */
  isMisfit: boolean;
  /** Who could. */
  choices: { id: string; name: string }[];
}

/** An event's meetings ahead that need an interpreter or have one: first those without one that can do it, then by time. */
export async function listInterpreted(event: PlacedEvent, now: Date): Promise<Interpreted[]> {
  const { _id, account, interpreting } = event;
  const households = await Household.find(
    { account, interpreter: { $in: interpreting?.languages ?? [], $exists: true } },
    { interpreter: 1 },
  ).lean();
  const living = { event: _id, state: { $in: LIVING_STATES }, to: { $gt: now } };
  const [found, interpreters] = await Promise.all([
    Appointment.find({
      ...living,
      $or: [{ household: { $in: households.map((one) => one._id) } }, { interpreter: { $exists: true } }],
    })
      .sort({ from: 1 })
      .limit(MOST)
      .lean(),
    Interpreter.find({ event: _id, account }).sort({ sortKey: 1 }).lean(),
  ]);
  const [rows, busy] = await Promise.all([matchNames(event, found), readBusy(interpreters, found)]);
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

/** How many meetings of an event lack an interpreter. */
export async function countLacking(event: PlacedEvent, now: Date): Promise<number> {
  if (!event.interpreting) return 0;
  return (await listInterpreted(event, now)).filter((one) => !one.interpreter || one.isMisfit).length;
}

/** Whether an interpreter is at another meeting during one. */
async function readBusy(interpreters: Interpreter[], meetings: Appointment[]) {
  const days = [...new Set(meetings.flatMap(({ from, to }) => utcDays(from, to)))];
  const ids = interpreters.flatMap((one) => days.map((day) => `${String(diaryOf(one))}:${day}`));
  const found = ids.length > 0 ? await Diary.find({ _id: { $in: ids } }).lean() : [];
  const diaries = new Map(found.map(({ _id, busy }) => [_id, busy]));
  return (who: Interpreter, { _id, from, to }: Appointment) =>
    utcDays(from, to).some((day) =>
      diaries
        .get(`${String(diaryOf(who))}:${day}`)
        ?.some((entry) => entry.from < to && from < entry.to && !entry.appointment.equals(_id)),
    );
}

/** An interpreter's meetings in their order. */
export async function meetingsOfInterpreter(event: PlacedEvent, id: Types.ObjectId): Promise<ReportRow[]> {
  const found = await Appointment.find({
    interpreter: { $eq: id, $exists: true },
    event: event._id,
    state: { $in: LIVING_STATES },
  })
    .sort({ from: 1 })
    .limit(MOST)
    .lean();
  return matchNames(event, found);
}
