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

/** A child's teacher, as the form offers the meeting. */
export interface Choice {
  /** `<student>:<resource>` */
  key: string;
  want: Wanted;
  child: string;
  teacher: TeacherView;
  /** Why it can't be had. */
  gap?: PlanGap;
  /** It can be wanted: it has a time, or the plan offers the way to its waitlist. */
  isOpen: boolean;
  /** What the child has with this teacher already. */
  meeting?: Meeting;
  /** Selected until the family says otherwise. */
  isUsual: boolean;
}

export interface OfferedDay {
  day: string;
  /** Local HH:mm: the first free time begins, the last one ends. */
  from: string;
  to: string;
}

export interface Offer {
  children: { id: string; name: string; left: boolean; choices: Choice[] }[];
  choices: Choice[];
  days: OfferedDay[];
  /** Whom several of the children could meet together. */
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
  // A family with more than that plans the rest next.
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

/** What was chosen, as wishes: siblings who meet a teacher together are one. Whatever was not offered is left out. */
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
