import type { Types } from 'mongoose';
import type { Appointment, AppointmentState, Attended } from '../models/appointment.js';
import { Class, className } from '../models/class.js';
import { Contact, contactName } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { documentsOf, findApart, findTogether } from '../models/find-together.js';
import { Interpreter } from '../models/interpreter.js';
import { Resource } from '../models/resource.js';
import { holdersOf, Slot } from '../models/slot.js';
import { distinctIds } from '../web/lists.js';
import { dayOf } from '../web/local-time.js';
import { sayAnswers, sayInterpreter, type SaidAnswer } from '../web/say-answers.js';
import { kindOf } from '../web/say-kind.js';
import { sayProblem } from '../web/say-problem.js';
import { askFamilies, nameFamilies, sayFamilies } from './match-families.js';

/** More are read a collection at a time. */
export const FEW = 500;

type Scope = Pick<Event, '_id' | 'account' | 'timeZone'>;

/** What reports need of a teacher. */
export type NamedResource = Pick<Resource, '_id' | 'name' | 'room'>;

/** An appointment in words, as reports list it. */
export interface ReportRow {
  id: string;
  slot: string;
  /** Further slots of a longer meeting. */
  more: string[];
  resource: string;
  /** Ids of further teachers who sit in it; their names are included in `teacher`. */
  with: string[];
  household: string;
  /** The event's local day, YYYY-MM-DD. */
  day: string;
  from: Date;
  to: Date;
  teacher: string;
  room: string;
  students: string;
  className: string;
  /** The adults who come. */
  family: string;
  state: string;
  problem: string;
  /** What the family wrote. */
  note: string;
  attended?: Attended;
  /** 'Video', or '' for in person. */
  kind: string;
  /** The answers given when booking, as staff read them, and who interprets. */
  answers: SaidAnswer[];
}

const STATE_WORDS: Record<AppointmentState, string> = {
  pending: 'On hold',
  booked: 'Booked',
  problem: 'Problem',
  cancelled: 'Canceled',
  expired: 'Expired',
};

/**
 * Puts names to some appointments of an event, in their order: one query for a page, seven that go past mongoose for thousands.
 * @param known what has been read already: all teachers, and some of the slots, the families' names
 */
export async function matchNames(
  event: Scope,
  appointments: Appointment[],
  known: {
    resources?: NamedResource[];
    slots?: Pick<Slot, '_id' | 'kind'>[];
    families?: ReadonlyMap<string, string>;
  } = {},
): Promise<ReportRow[]> {
  if (appointments.length === 0) return [];
  const scope = { account: event.account, event: event._id };
  const ids = (pick: (item: Appointment) => Types.ObjectId[]) => ({
    $in: distinctIds(appointments.flatMap(pick)),
  });
  const read = new Set(known.slots?.map(({ _id }) => _id.toHexString()));
  const namedBefore = new Set(known.resources?.map(({ _id }) => _id.toHexString()));
  const unnamed = appointments.flatMap(holdersOf).filter((id) => !namedBefore.has(id.toHexString()));
  const unread = appointments.map(({ slot }) => slot).filter((slot) => !read.has(slot.toHexString()));
  const households = distinctIds(appointments.map((item) => item.household));
  const isMany = appointments.length > FEW;
  const questions = {
    resources: documentsOf(
      Resource,
      { _id: { $in: distinctIds(unnamed) }, ...scope },
      { fields: { name: 1, room: 1 } },
    ),
    slots: documentsOf(Slot, { _id: { $in: distinctIds(unread) }, ...scope }, { fields: { kind: 1 } }),
    classes: documentsOf(
      Class,
      { _id: ids((item) => (item.class ? [item.class] : [])), ...scope },
      { fields: { 'synced.name': 1, 'synced.course': 1, edits: 1 } },
    ),
    students: documentsOf(
      Contact,
      { _id: ids((item) => item.students), account: event.account },
      { fields: PERSON },
    ),
    interpreters: documentsOf(
      Interpreter,
      { _id: ids((item) => (item.interpreter ? [item.interpreter] : [])), ...scope },
      { fields: { name: 1 } },
    ),
    // Of thousands the families are read by way of their own.
    families: askFamilies(event.account, known.families || isMany ? [] : households),
  };
  const [{ resources, slots, classes, students, interpreters, families }, readBefore] = await Promise.all([
    isMany ? findApart(questions) : findTogether(questions),
    known.families ?? (isMany ? sayFamilies(event.account, households) : undefined),
  ]);
  const familyOf = readBefore ?? nameFamilies(families);
  const [resourceOf, slotOf, classOf, studentOf, interpreterOf] = [
    byId<NamedResource>([...(known.resources ?? []), ...resources]),
    byId([...(known.slots ?? []), ...slots]),
    byId(classes),
    byId(students),
    byId(interpreters),
  ];
  return appointments.map((item) => {
    const resource = resourceOf(item.resource);
    const inClass = item.class && classOf(item.class);
    return {
      id: item._id.toHexString(),
      slot: item.slot.toHexString(),
      more: item.more?.map(String) ?? [],
      resource: item.resource.toHexString(),
      household: item.household.toHexString(),
      day: dayOf(item.from, event.timeZone),
      from: item.from,
      to: item.to,
      teacher: holdersOf(item)
        .flatMap((id) => resourceOf(id)?.name ?? [])
        .join(', '),
      with: item.with?.map(String) ?? [],
      room: (inClass ? inClass.edits.room : undefined) ?? resource?.room ?? '',
      students: item.students.map((id) => contactName(studentOf(id) ?? {})).join(', '),
      className: inClass ? className(inClass) : '',
      family: familyOf.get(item.household.toHexString()) ?? '',
      state: STATE_WORDS[item.state],
      problem: sayProblem(item.problem),
      note: item.note,
      kind: kindOf(slotOf(item.slot), item) === 'video' ? 'Video' : '',
      answers: [
        ...sayAnswers(item.answers, 'staff'),
        ...sayInterpreter(item.interpreter && interpreterOf(item.interpreter)),
      ],
      ...(item.attended ? { attended: item.attended } : {}),
    };
  });
}

/** What of an appointment its row is made of. */
export const ROW = {
  ...{ slot: 1, resource: 1, with: 1, household: 1, students: 1, class: 1, state: 1, from: 1, to: 1 },
  ...{ more: 1, problem: 1, note: 1, attended: 1, kind: 1, answers: 1, interpreter: 1 },
} as const;

const PERSON = { firstName: 1, lastName: 1, email: 1 } as const;

/** Looks up some documents by id. */
export function byId<T extends { _id: Types.ObjectId }>(items: T[]): (id: Types.ObjectId) => T | undefined {
  const map = new Map(items.map((item) => [item._id.toHexString(), item]));
  return (id) => map.get(id.toHexString());
}
