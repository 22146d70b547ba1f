import { Types } from 'mongoose';
import { checkTimes } from '../booking/check-times.js';
import type { ChildView, TeacherView } from '../booking/queries.js';
import { explainTime } from './explain-time.js';
import { meetingsSince } from './find-times.js';
import type { Family } from './load-conference.js';
import { sumTimes, type WhyNone } from './sum-times.js';

/** A child's teacher, and whether they can be booked now. */
export interface Reachable {
  child: ChildView;
  teacher: TeacherView;
  /** Absent: one of the times can be booked now. */
  why?: WhyNone;
}

/** Of each of some children's teachers with times, in order: whether the family can book one of the times, and why not. */
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
  const [checked, meetings] = await Promise.all([
    checkTimes({ event, household: household._id, user: actor.user, wanted }, now),
    meetingsSince(event, household._id, now),
  ]);
  return asked.map(({ child, teacher }, n) => {
    const who = { teacher: teacher.name, child: child.name };
    const times = (checked[n]?.times ?? []).map((time) => ({
      slot: time.slot,
      ...explainTime({ event, ...who, meetings }, time),
    }));
    const why = sumTimes({ event, home, now, ...who }, times);
    return { child, teacher, ...(why ? { why } : {}) };
  });
}
