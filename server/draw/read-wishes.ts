import { Types } from 'mongoose';
import { siblingsRule } from '../booking/policy.js';
import type { DrawWish } from '../models/draw-entry.js';
import type { Family } from '../parents/load-conference.js';
import { offerPlan, type Choice } from '../planning/offer-plan.js';
import { findOpenings } from '../planning/find-openings.js';
import { andList } from '../web/format-count.js';
import { shortDayAndTime } from '../web/format-time.js';
import { groupBy } from '../web/lists.js';
import type { Style } from '../web/place.js';

/** A child's teacher as the form of wishes offers the meeting, with the times to choose from. */
export interface Wishable extends Pick<Choice, 'key' | 'child' | 'want'> {
  teacher: string;
  hint: string;
  times: { value: string; label: string }[];
}

/** Whom a family can wish to meet: everybody it could book if booking were open; siblings together where the school says so. */
export async function offerWishes(family: Family, now: Date): Promise<Wishable[]> {
  const { choices } = await offerPlan(family, now);
  const open = choices.filter(({ gap, meeting }) => !gap && !meeting);
  const asked = siblingsRule(family.event) === 'together' ? joinSiblings(open, family.event) : open;
  const { offers } = await findOpenings(
    family,
    asked.map(({ want }) => want),
    now,
  );
  return asked.map(({ key, child, want, teacher }, n) => ({
    ...{ key, child, want, teacher: teacher.name },
    hint: [teacher.classNames, teacher.room].filter(Boolean).join(' · '),
    times: (offers[n]?.openings ?? []).map(({ slot }) => ({
      value: String(slot._id),
      label: shortDayAndTime(slot.from, family.event),
    })),
  }));
}

/** One meeting for each teacher, under the first child's key. */
function joinSiblings(choices: Choice[], style: Style): Choice[] {
  return [...groupBy(choices, ({ teacher }) => teacher.id).values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const students = same.flatMap(({ want }) => want.students);
    const child = andList(
      same.map((one) => one.child),
      style,
    );
    return [{ ...first, child, want: { ...first.want, students } }];
  });
}

/** The form's wishes by their ranks, and in the form's order within a rank. What was not offered is left out. */
export function readWishes(form: Record<string, string>, offered: Wishable[]): DrawWish[] {
  return offered
    .map(({ key, want, times }) => {
      const [first = '', second = ''] = [form[`first-${key}`], form[`second-${key}`]];
      const slots = [...new Set([first, second])].filter((id) => times.some(({ value }) => value === id));
      return {
        rank: Number(form[`rank-${key}`] ?? ''),
        students: want.students,
        resource: want.resource,
        slots: slots.map((id) => new Types.ObjectId(id)),
        // A wish without a chosen time is for any time.
        any: form[`any-${key}`] === '1' || slots.length === 0,
      };
    })
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => a.rank - b.rank)
    .map(({ rank: _, ...wish }) => wish);
}

/** The form's values for wishes that were sent before. */
export function valuesOf(wishes: DrawWish[], offered: Wishable[]): Record<string, string> {
  return Object.fromEntries(
    wishes.flatMap(({ students, resource, slots, any }, index) => {
      const key = offered.find(
        ({ want }) =>
          want.resource.equals(resource) &&
          want.students.some((student) => students.some((id) => id.equals(student))),
      )?.key;
      if (!key) return [];
      return [
        [`rank-${key}`, String(index + 1)],
        [`first-${key}`, String(slots[0] ?? '')],
        [`second-${key}`, String(slots[1] ?? '')],
        [`any-${key}`, any ? '1' : ''],
      ];
    }),
  );
}
