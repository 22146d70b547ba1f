import type { Types } from 'mongoose';
import { siblingsRule } from '../booking/policy.js';
import { isWished, timesOf, type DrawWish } from '../models/draw-entry.js';
import { timeOf } from '../models/waitlist-entry.js';
import type { Family } from '../parents/load-conference.js';
import { offerPlan, type Choice } from '../planning/offer-plan.js';
import { findOpenings } from '../planning/find-openings.js';
import { andList } from '../web/format-count.js';
import { shortDayAndTime } from '../web/format-time.js';
import { groupBy } from '../web/lists.js';
import type { Style } from '../web/place.js';
import { wordsOf, type Words } from '../web/words.js';

/** A child's teacher as the form of wishes offers the meeting, with the times to choose from. */
export interface Wishable extends Pick<Choice, 'key' | 'child' | 'want'> {
  teacher: string;
  hint: string;
  times: WishableTime[];
}

interface WishableTime {
  value: string;
  label: string;
  slot: { _id: Types.ObjectId; from: Date };
}

/**
 * Whom a family can wish to meet: everybody it could book if booking were open; siblings together where the school says so.
 * @param sent its present wishes: times of these that are gone stay selectable, as a change of the office may be undone
 */
export async function offerWishes(family: Family, now: Date, sent: DrawWish[] = []): Promise<Wishable[]> {
  const { choices } = await offerPlan(family, now);
  const open = choices.filter(({ gap, meeting }) => !gap && !meeting);
  const asked = siblingsRule(family.event) === 'together' ? joinSiblings(open, family.event) : open;
  const { offers } = await findOpenings(
    family,
    asked.map(({ want }) => want),
    now,
  );
  const t = wordsOf(family.event);
  return asked.map(({ key, child, want, teacher }, n) => {
    const free = (offers[n]?.openings ?? []).map(({ slot }) => slot);
    const gone = sent
      .filter((wish) => isAbout(wish, want))
      .flatMap(timesOf)
      .filter((time) => !free.some((slot) => isWished(time, slot)))
      .flatMap(({ _id, from }) => (from ? [{ _id, from }] : []));
    const say = (slot: WishableTime['slot']) => shortDayAndTime(slot.from, family.event);
    return {
      ...{ key, child, want, teacher: teacher.name },
      hint: [teacher.classNames, teacher.room].filter(Boolean).join(' · '),
      times: [
        ...free.map((slot) => ({ value: timeOf(slot), label: say(slot), slot })),
        ...gone.map((slot) => ({
          value: timeOf(slot),
          label: t('draw.wishGone', { time: say(slot) }),
          slot,
        })),
      ],
    };
  });
}

/** Whether a wish is for a meeting that is offered. */
const isAbout = ({ resource, students }: DrawWish, want: Wishable['want']) =>
  want.resource.equals(resource) &&
  want.students.some((student) => students.some((id) => id.equals(student)));

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

/**
 * The form's wishes by their ranks, and in the form's order within a rank. Meetings that were not offered are left out. A chosen time that
 * isn't offered is an error at its field: it was moved while the form was open, and the wish would be for any time without it.
 */
export function readWishes(
  form: Record<string, string>,
  offered: Wishable[],
  t: Words,
): { wishes: DrawWish[]; errors: Record<string, string> } {
  const errors: Record<string, string> = {};
  const ranked = offered
    .map(({ key, want, times }) => ({ key, want, times, rank: Number(form[`rank-${key}`] ?? '') }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => a.rank - b.rank);
  const wishes = ranked.map(({ key, want: { students, resource }, times }): DrawWish => {
    const chosen = [`first-${key}`, `second-${key}`].flatMap((field) => {
      const value = form[field] ?? '';
      const time = times.find((one) => one.value === value);
      if (value && !time) errors[field] = t('draw.chosenGone');
      return time?.slot ?? [];
    });
    // A slot that was moved is another time: both may be chosen.
    const distinct = [...new Map(chosen.map((slot) => [timeOf(slot), slot])).values()];
    return {
      ...{ students, resource, slots: distinct.map(({ _id }) => _id) },
      froms: distinct.map(({ from }) => from),
      // A wish without a chosen time is for any time.
      any: form[`any-${key}`] === '1' || distinct.length === 0,
    };
  });
  return { wishes, errors };
}

/** The form's values for wishes that were sent before. */
export function valuesOf(wishes: DrawWish[], offered: Wishable[]): Record<string, string> {
  return Object.fromEntries(
    wishes.flatMap((wish, index) => {
      const found = offered.find(({ want }) => isAbout(wish, want));
      if (!found) return [];
      const { key, times } = found;
      const [first, second] = timesOf(wish).map(
        (time) => times.find(({ slot }) => isWished(time, slot))?.value ?? '',
      );
      return [
        [`rank-${key}`, String(index + 1)],
        [`first-${key}`, first ?? ''],
        [`second-${key}`, second ?? ''],
        [`any-${key}`, wish.any ? '1' : ''],
      ];
    }),
  );
}
