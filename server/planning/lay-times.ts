import {
  DAY_COST,
  fitTogether,
  minutesBetween,
  type Place,
  type PlanTime,
  type Problem,
  type Walk,
} from './measure-plan.js';

/** One minute, in the units that a search adds up; a count of days fits below it. */
const UNIT = 64;
/** The cost of coming on a day on which the family has no meeting yet. */
const DAY_ENTRY = DAY_COST * UNIT + 1;

/** All times of a problem, in the order of their ends, as the searches need them. */
export interface Layout {
  size: number;
  times: PlanTime[];
  meetingOf: Int32Array;
  dayOf: Int32Array;
  schoolOf: Int32Array;
  roomOf: Int32Array;
  days: number;
  schools: number;
  rooms: number;
  /** In units, without the minutes of the fixed meetings. */
  from: Int32Array;
  to: Int32Array;
  /** The cost if this is the first new meeting of its day, and the cost still to come if it is the last. */
  enter: Int32Array;
  close: Int32Array;
  /** The last earlier time of the day from which this one can be reached: anywhere; at the school; in the room; by video. -1: none. */
  afterAny: Int32Array;
  afterSchool: Int32Array;
  afterRoom: Int32Array;
  afterVideo: Int32Array;
  /** When the last fixed meeting ends. */
  lastFixed: number;
}

/** Lays out a problem's times. Times that conflict with a fixed meeting are left out. */
export function layTimes({ meetings, fixed, walk }: Problem): Layout {
  const laid = meetings
    .flatMap((times, meeting) => times.map((time) => ({ time, meeting })))
    .filter(({ time }) => fixed.every((other) => fitTogether(time, other, walk)))
    .sort((a, b) => a.time.day - b.time.day || a.time.to - b.time.to || a.time.from - b.time.from);
  const times = laid.map(({ time }) => time);
  const [dayNumber, schoolNumber, roomNumber] = [numbering(), numbering(), numbering()];
  const list = (of: (time: PlanTime, index: number) => number) => Int32Array.from(times, of);
  const clock = clockWithout(fixed, times[0]?.from ?? 0);
  const daysOfFixed = new Map(fixed.map(({ day }) => [day, clock.spanOf(day)]));
  return {
    size: times.length,
    times,
    meetingOf: Int32Array.from(laid, ({ meeting }) => meeting),
    dayOf: list(({ day }) => dayNumber.of(String(day))),
    schoolOf: list(({ place }) => schoolNumber.of(schoolKey(place))),
    roomOf: list(({ place }) => roomNumber.of(roomKey(place))),
    days: dayNumber.count(),
    schools: schoolNumber.count(),
    rooms: roomNumber.count(),
    from: list(({ from }) => clock.at(from)),
    to: list(({ to }) => clock.at(to)),
    enter: list(({ day, from }) => {
      const span = daysOfFixed.get(day);
      if (!span) return DAY_ENTRY;
      const open = span.from < from ? clock.at(from) - clock.at(span.from) : 0;
      // What the day costs anyway is not counted again.
      return open - (clock.at(span.to) - clock.at(span.from));
    }),
    close: list(({ day, to }) => {
      const span = daysOfFixed.get(day);
      return span && span.to > to ? clock.at(span.to) - clock.at(to) : 0;
    }),
    ...lookUps(times, walk),
    lastFixed: Math.max(-Infinity, ...fixed.map(({ to }) => to)),
  };
}

function numbering() {
  const known = new Map<string, number>();
  return {
    of(key: string): number {
      const number = known.get(key) ?? known.size;
      known.set(key, number);
      return number;
    },
    count: () => known.size,
  };
}

/** All video meetings count as one school with one room, because nobody walks. */
const schoolKey = (place?: Place) => (place ? `at ${place.school}` : 'video');
const roomKey = (place?: Place) => (place ? JSON.stringify([place.school, place.room]) : 'video');

/** The days of the fixed meetings, and a clock that stands still during them. */
function clockWithout(fixed: PlanTime[], origin: number) {
  const spans: { from: number; to: number }[] = [];
  for (const { from, to } of [...fixed].sort((a, b) => a.from - b.from)) {
    const last = spans.at(-1);
    if (last && from < last.to) last.to = Math.max(last.to, to);
    else spans.push({ from, to });
  }
  return {
    at: (minute: number) =>
      spans.reduce((left, { from, to }) => left - Math.max(0, Math.min(minute, to) - from), minute - origin) *
      UNIT,
    spanOf(day: number) {
      const same = fixed.filter((time) => time.day === day);
      return { from: Math.min(...same.map(({ from }) => from)), to: Math.max(...same.map(({ to }) => to)) };
    },
  };
}

type Before = Pick<Layout, 'afterAny' | 'afterSchool' | 'afterRoom' | 'afterVideo'>;

function lookUps(times: PlanTime[], walk: Walk): Before {
  const before = (of: (time: PlanTime, other: PlanTime) => number | undefined) =>
    Int32Array.from(times, (time, index) => {
      for (let at = index - 1; times[at]?.day === time.day; at--) {
        const other = times[at];
        const between = other && of(time, other);
        if (between !== undefined && other && other.to + between <= time.from) return at;
      }
      return -1;
    });
  const farthest = Math.max(walk.gap, walk.rooms, walk.schools);
  const same = (a: string, b: string, between: number) => (a === b ? between : undefined);
  return {
    // Nobody walks to or from a video meeting.
    afterAny: before(({ place }) => (place ? farthest : walk.gap)),
    afterSchool: before((time, other) =>
      same(schoolKey(time.place), schoolKey(other.place), Math.max(walk.gap, time.place ? walk.rooms : 0)),
    ),
    afterRoom: before((time, other) => same(roomKey(time.place), roomKey(other.place), walk.gap)),
    afterVideo: before((time, other) =>
      other.place ? undefined : minutesBetween(time.place, undefined, walk),
    ),
  };
}
