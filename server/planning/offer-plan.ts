import { Types } from 'mongoose';
import { siblingsRule } from '../booking/policy.js';
import type { Family } from '../parents/load-conference.js';
import type { Meeting } from '../meetings/name-meetings.js';
import { childrenWithTeachers, meetingsOf, type TeacherView } from '../booking/queries.js';
import type { PlanGap } from '../models/plan.js';
import { hasWaitlist } from '../waitlist/policy.js';
import { toLocal } from '../web/local-time.js';
import type { Wanted } from '../booking/find-around.js';
import { findOpenings, type Openings } from './find-openings.js';
import { MOST_WISHES } from './schema.js';

/** A meeting with a child's teacher, as the form offers it. */
export interface Choice {
  /** `<student>:<resource>` */
  key: string;
  want: Wanted;
  child: string;
  teacher: TeacherView;
  /** Why it can't be had. */
  gap?: PlanGap;
  /** Whether it can be wanted: it has a time, or the plan can offer its waitlist. */
  isOpen: boolean;
  /** The child's present meeting with this teacher. */
  meeting?: Meeting;
  /** Whether it is selected until the family says otherwise. */
  isUsual: boolean;
}

export interface OfferedDay {
  day: string;
  /** Local HH:mm: from the start of the first free time to the end of the last. */
  from: string;
  to: string;
}

export interface Offer {
  children: { id: string; name: string; left: boolean; choices: Choice[] }[];
  choices: Choice[];
  days: OfferedDay[];
  /** Teachers whom several of the children could meet together. */
  shared: { resource: string; teacher: string; children: string[]; keys: string[] }[];
}

/** Whom a family could plan to meet, on which days, and why it cannot meet the others. */
export async function offerPlan(family: Family, now: Date): Promise<Offer> {
  const { event, household } = family;
  const meetings = await meetingsOf(event, household._id);
  const found = await childrenWithTeachers(event, household.children, meetings);
  const wanted = found.flatMap((child) =>
    child.left
      ? []
      : child.teachers.map((teacher) => ({
          child,
          teacher,
          want: { students: [new Types.ObjectId(child.id)], resource: new Types.ObjectId(teacher.id) },
        })),
  );
  const openings = await findOpenings(
    family,
    wanted.map(({ want }) => want),
    now,
  );
  const choices = wanted.map(({ child, teacher, want }, n): Choice & { childId: string } => {
    const [meeting] = teacher.meetings;
    const gap = teacher.hasTimes ? openings.offers[n]?.gap : 'not offered';
    const isOpen = !gap || (gap === 'full' && !meeting && hasWaitlist(event));
    return {
      key: `${child.id}:${teacher.id}`,
      childId: child.id,
      ...{ want, teacher, child: child.name },
      ...(gap ? { gap } : {}),
      ...(meeting ? { meeting } : {}),
      isOpen,
      isUsual: !meeting && isOpen && !teacher.byHand,
    };
  });
  // A family with more meetings plans the rest after these.
  for (const choice of choices.filter(({ isUsual }) => isUsual).slice(MOST_WISHES)) choice.isUsual = false;
  return {
    children: found.map(({ id, name, left }) => ({
      ...{ id, name, left },
      choices: choices.filter(({ childId }) => childId === id),
    })),
    choices,
    days: daysOf(openings, event.timeZone),
    shared: siblingsRule(event) === 'apart' ? [] : sharedOf(choices),
  };
}

function daysOf({ offers }: Openings, timeZone: string): OfferedDay[] {
  const spans = new Map<string, { from: Date; to: Date }>();
  for (const { slot } of offers.flatMap(({ openings }) => openings)) {
    const span = spans.get(slot.day) ?? { from: slot.from, to: slot.to };
    spans.set(slot.day, {
      from: slot.from < span.from ? slot.from : span.from,
      to: slot.to > span.to ? slot.to : span.to,
    });
  }
  return [...spans]
    .map(([day, { from, to }]) => ({
      day,
      from: toLocal(from, timeZone).slice(11),
      to: toLocal(to, timeZone).slice(11),
    }))
    .sort((a, b) => a.day.localeCompare(b.day));
}

function sharedOf(choices: Choice[]): Offer['shared'] {
  const free = choices.filter(({ gap, meeting }) => !gap && !meeting);
  const ids = [...new Set(free.map(({ teacher }) => teacher.id))];
  return ids.flatMap((resource) => {
    const same = free.filter(({ teacher }) => teacher.id === resource);
    const [first] = same;
    return first && same.length > 1
      ? [
          {
            ...{ resource, teacher: first.teacher.name },
            children: same.map(({ child }) => child),
            keys: same.map(({ key }) => key),
          },
        ]
      : [];
  });
}

/** The selected meetings as wishes: siblings who meet a teacher together are one wish. What was not offered is left out. */
export function wishesOf({ choices }: Offer, keys: string[], together: string[]): Wanted[] {
  const chosen = choices.filter(({ key, isOpen }) => keys.includes(key) && isOpen);
  const wishes: Wanted[] = [];
  for (const { want, teacher } of chosen) {
    const same = together.includes(teacher.id)
      ? wishes.find(({ resource }) => resource.equals(want.resource))
      : undefined;
    if (same) same.students = [...same.students, ...want.students];
    else wishes.push({ ...want });
  }
  return wishes.slice(0, MOST_WISHES);
}
