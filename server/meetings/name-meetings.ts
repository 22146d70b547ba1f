import type { Types } from 'mongoose';
import type { Appointment, AppointmentState } from '../models/appointment.js';
import type { Answer } from '../models/appointment-field.js';
import { slotsOf } from '../models/appointment-slots.js';
import { Class, className } from '../models/class.js';
import { Contact, contactName } from '../models/contact.js';
import { ask, findTogether } from '../models/find-together.js';
import { Interpreter } from '../models/interpreter.js';
import { Resource } from '../models/resource.js';
import { User } from '../models/user.js';
import { holdersOf, Slot, type MeetingKind } from '../models/slot.js';
import { andList } from '../web/format-count.js';
import { byId } from '../web/lists.js';
import { kindOf, linkOf } from '../web/say-kind.js';
import type { Style } from '../web/place.js';
import { ENGLISH, wordsOf, type Words } from '../web/words.js';
import { schoolBy, type In } from './find-building.js';

/** An appointment as its family reads it. */
export interface Meeting {
  id: string;
  state: AppointmentState;
  slot: Types.ObjectId;
  /** Further slots of a longer meeting. */
  more: Types.ObjectId[];
  resource: Types.ObjectId;
  students: Types.ObjectId[];
  teacher: string;
  room: string;
  /** The school whose building it is in, where that is known. */
  school?: { name: string; address: string };
  className: string;
  /** The adult who goes alone. Absent: the whole family goes. */
  goer?: { id: Types.ObjectId; name: string };
  /** The interpreter's name. Absent: nobody interprets. */
  interpreter?: string;
  /** First names, as a list in words. */
  children: string;
  from: Date;
  to: Date;
  note: string;
  answers: Answer[];
  /** Whether the family chooses how they meet. */
  isOpenKind: boolean;
  kind: MeetingKind;
  /** What they chose before, where they choose. */
  chosenKind: MeetingKind | '';
  /** Where a video meeting is; '' for none. */
  link: string;
  expiresAt?: Date;
  /** What was typed and not sent, by field names. */
  typed?: Record<string, string>;
  /** Until when a booking by one press can be undone. */
  undoUntil?: Date;
  cancelledBy?: Appointment['cancelledBy'];
  cancelledAt?: Date;
  /** When it was before the school moved it, and with whom if that changed. */
  moved?: Appointment['moved'] & { teacher?: string | undefined };
  seen?: Appointment['seen'];
  replaces?: Types.ObjectId;
  /** The entry in the family's calendar that it changes. Absent: an entry of its own. */
  entry?: { first: string; changes: number };
}

/** Names appointments for their family. One command. */
export async function withNames(appointments: Appointment[], style: Style): Promise<Meeting[]> {
  if (appointments.length === 0) return [];
  return nameMeetings(appointments, await findTogether(questionsAbout(appointments)), style);
}

/** The resources that sit in it, and the one that had it before the school moved it. */
function heldBy(item: Appointment): Types.ObjectId[] {
  return [...holdersOf(item), ...(item.moved?.resource ? [item.moved.resource] : [])];
}

/** The questions to the database whose answers name appointments. */
export function questionsAbout(appointments: Appointment[]) {
  const all = (ids: (item: Appointment) => Types.ObjectId | Types.ObjectId[]) => ({
    _id: { $in: appointments.flatMap(ids) },
  });
  return {
    resources: ask<Resource, Resource & In>(Resource, all(heldBy), ...schoolBy('byHand.school'), {
      $project: { name: 1, room: 1, link: 1, building: 1 },
    }),
    slots: ask<Slot>(Slot, all(slotsOf), { $project: { kind: 1, link: 1, with: 1 } }),
    classes: ask<Class, Class & In>(
      Class,
      all((item) => (item.class ? [item.class] : [])),
      ...schoolBy('synced.school'),
      { $project: { 'synced.name': 1, 'synced.course': 1, edits: 1, status: 1, building: 1 } },
    ),
    goers: ask<User>(
      User,
      all((item) => (item.goer ? [item.goer] : [])),
      { $project: { name: 1 } },
    ),
    interpreters: ask<Interpreter>(
      Interpreter,
      all((item) => item.interpreter ?? []),
      { $project: { name: 1, status: 1, languages: 1, times: 1 } },
    ),
    students: ask<Contact>(
      Contact,
      all((item) => item.students),
      { $project: { firstName: 1, lastName: 1 } },
    ),
  };
}

/** Names appointments from what was found. What does not exist any more goes without a name. */
export function nameMeetings(
  appointments: Appointment[],
  found: {
    resources: (Resource & In)[];
    slots: Slot[];
    classes: (Class & In)[];
    students: Contact[];
    goers?: User[];
    interpreters?: Interpreter[];
  },
  style: Style,
): Meeting[] {
  const [resourceOf, slotOf, classOf, studentOf] = [
    byId(found.resources),
    byId(found.slots),
    byId(found.classes),
    byId(found.students),
  ];
  const t = wordsOf(style);
  return appointments.map((item) => {
    const resource = resourceOf.get(item.resource.toHexString());
    const slot = slotOf.get(item.slot.toHexString());
    const kind = kindOf(slot, item);
    const held = item.class && classOf.get(item.class.toHexString());
    const school = (held ?? resource)?.building?.[0];
    const interpreter = found.interpreters?.find(({ _id }) => item.interpreter?.equals(_id));
    const goer = found.goers?.find(({ _id }) => item.goer?.equals(_id));
    return {
      id: item._id.toHexString(),
      state: item.state,
      slot: item.slot,
      more: item.more ?? [],
      resource: item.resource,
      students: item.students,
      teacher:
        andList(
          holdersOf(item).flatMap((id) => resourceOf.get(id.toHexString())?.name ?? []),
          style,
        ) || t('meeting.theTeacher'),
      room: kind === 'video' ? '' : held?.edits.room || resource?.room || '',
      ...(school ? { school: { name: school.name, address: school.address ?? '' } } : {}),
      ...(goer ? { goer: { id: goer._id, name: goer.name } } : {}),
      ...(interpreter ? { interpreter: interpreter.name } : {}),
      className: held ? className(held) : '',
      children: andList(
        item.students.map((id) => childName(studentOf.get(id.toHexString()), t)),
        style,
      ),
      from: item.from,
      to: item.to,
      note: item.note,
      answers: item.answers ?? [],
      isOpenKind: slot?.kind === 'either',
      kind,
      chosenKind: item.kind ?? '',
      link: kind === 'video' ? linkOf(slot, resource) : '',
      ...(item.expiresAt ? { expiresAt: item.expiresAt } : {}),
      ...(item.typed ? { typed: item.typed } : {}),
      ...(item.undoUntil ? { undoUntil: item.undoUntil } : {}),
      ...(item.cancelledBy ? { cancelledBy: item.cancelledBy } : {}),
      ...(item.cancelledAt ? { cancelledAt: item.cancelledAt } : {}),
      ...(item.moved
        ? {
            moved: { ...item.moved, teacher: resourceOf.get(item.moved.resource?.toHexString() ?? '')?.name },
          }
        : {}),
      ...(item.seen ? { seen: item.seen } : {}),
      ...(item.replaces ? { replaces: item.replaces } : {}),
      ...(item.entry
        ? { entry: { first: item.entry.first.toHexString(), changes: item.entry.changes } }
        : {}),
    };
  });
}

/**
 * A child's name for its family.
 * @param t the words of whoever reads it
 */
export function childName(
  student: Pick<Contact, 'firstName' | 'lastName'> | undefined,
  t: Words = ENGLISH,
): string {
  return student ? student.firstName || contactName(student) : t('children.yourChild');
}
