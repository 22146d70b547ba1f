import { Types } from 'mongoose';
import { siblingsRule } from '../booking/policy.js';
import { checkTimes } from '../booking/check-times.js';
import type { ChildView, TeacherView } from '../booking/queries.js';
import { andList } from '../web/format-count.js';
import type { PlacedEvent } from '../web/place.js';
import { isLimited } from '../booking/find-siblings.js';
import { explainTime } from './explain-time.js';
import { meetingsSince } from './find-times.js';
import type { Family } from './load-conference.js';
import { sumTimes, type WhyNone } from './sum-times.js';

/** A child's teacher, and whether a meeting with them can be booked. */
export interface Reachable {
  child: ChildView;
  teacher: TeacherView;
  /** Absent where one of the times can be booked. */
  why?: WhyNone;
}

/** For each teacher with times of some children, in order: whether the family can book one of the times, or why not. */
export async function findReasons(
  { event, household, actor, home }: Family,
  children: ChildView[],
  now: Date,
  which: (teacher: TeacherView) => boolean = () => true,
): Promise<Reachable[]> {
  const asked = children.flatMap((child) =>
    child.left
      ? []
      : child.teachers.filter((one) => one.hasTimes && which(one)).map((teacher) => ({ child, teacher })),
  );
  if (asked.length === 0) return [];
  const wanted = asked.map(({ child, teacher }) => ({
    students: [new Types.ObjectId(child.id)],
    resource: new Types.ObjectId(teacher.id),
  }));
  // The user goes, until they choose somebody else on the page of times.
  const looker = { event, household, user: actor.user, goer: actor.user };
  const [alone, meetings] = await Promise.all([
    checkTimes({ ...looker, wanted }, now),
    meetingsSince(event, household._id, now),
  ]);
  const met = asked.map((one, n) => ({ ...one, isLimited: isLimited(alone[n]?.times ?? []) }));
  const groups = met.map((one) => withSiblings(event, one, met));
  const together = groups.filter((group) => group.length > 1);
  const checked = await checkTimes(
    {
      ...looker,
      wanted: together.map((group) => ({
        students: group.map(({ child }) => new Types.ObjectId(child.id)),
        resource: new Types.ObjectId(group[0]?.teacher.id),
      })),
    },
    now,
  );
  return asked.map(({ child, teacher }, n) => {
    const group = groups[n] ?? [];
    const found = group.length > 1 ? checked[together.indexOf(group)] : alone[n];
    const names = group.length > 1 ? group.map((one) => one.child.name) : [child.name];
    const who = { teacher: teacher.name, child: andList(names, event) };
    const times = (found?.times ?? []).map((time) => ({
      slot: time.slot,
      ...explainTime({ event, ...who, meetings }, time),
    }));
    const why = sumTimes({ event, home, now, ...who }, times);
    return { child, teacher, ...(why ? { why } : {}) };
  });
}

type Met = Pick<Reachable, 'child' | 'teacher'> & { isLimited: boolean };

/** A child, with the siblings in its meeting where the school has them together. `chooseStudents` finds the same. */
function withSiblings(event: PlacedEvent, one: Met, all: Met[]): Met[] {
  if (siblingsRule(event) !== 'together' || one.isLimited) return [one];
  return [
    one,
    ...all.filter(
      ({ child, teacher, isLimited: isOut }) =>
        child !== one.child && teacher.id === one.teacher.id && teacher.meetings.length === 0 && !isOut,
    ),
  ];
}
