import { childrenWithTeachers } from '../booking/queries.js';
import { timesOf, type DrawEntry, type DrawWish, type WishedTime } from '../models/draw-entry.js';
import type { Family } from '../parents/load-conference.js';
import { andList } from '../web/format-count.js';
import { shortDayAndTime } from '../web/format-time.js';
import { wordsOf } from '../web/words.js';
import { findWished, isGone } from './find-gone.js';

/** The part of a line (`lineOf`) that is read here. */
interface Line {
  turn: string;
  wishes: { got: number | null }[];
}

/** A family's part of an entry. The line is left out if it names wishes about children who left with an adult. */
export function partOf(entry: DrawEntry, { household }: Pick<Family, 'household'>): DrawEntry {
  const isTheirs = ({ students }: DrawWish) =>
    household.children.some(({ student }) => students.some((id) => id.equals(student)));
  const places = entry.wishes.flatMap((wish, n) => (isTheirs(wish) ? [n] : []));
  if (places.length === entry.wishes.length) return entry;
  const { line: _line, turn: _turn, ...rest } = entry;
  return {
    ...rest,
    wishes: places.flatMap((n) => entry.wishes[n] ?? []),
    ...(entry.outcome ? { outcome: places.map((n) => entry.outcome?.[n] ?? {}) } : {}),
  };
}

/** A family's own wishes in words, as they were sent, each with the result. Until it is drawn they say which times are gone. */
export async function showOwn(
  { wishes, line, turn, outcome = [] }: DrawEntry,
  { event, household }: Pick<Family, 'event' | 'household'>,
): Promise<{
  wishes: { who: string; asked: string; drawn: string }[];
  /** Whether a time that they asked for is gone. */
  areGone: boolean;
  code: string;
  turn: typeof turn;
}> {
  const t = wordsOf(event);
  const [children, slots] = await Promise.all([
    childrenWithTeachers(event, household.children, []),
    findWished(
      wishes,
      outcome.flatMap(({ slot }) => slot ?? []),
    ),
  ]);
  const said = line === undefined ? undefined : (JSON.parse(line) as Line);
  const drawnOf = (n: number) => {
    if (!said) return '';
    const got = said.wishes[n]?.got ?? null;
    if (got === null) return t('draw.wishNone');
    const time = shortDayAndTime(new Date(got), event);
    const { instead, slot: booked } = outcome[n] ?? {};
    const other = instead && slots.find(({ _id }) => booked?.equals(_id));
    return other
      ? t('draw.wishInstead', { time, other: shortDayAndTime(other.from, event) })
      : t('draw.wishGot', { time });
  };
  let areGone = false;
  const sayTime = (time: WishedTime) => {
    const from = time.from ?? slots.find(({ _id }) => _id.equals(time._id))?.from;
    if (!from) return [];
    const when = shortDayAndTime(from, event);
    if (said || !isGone(time, slots)) return when;
    areGone = true;
    return t('draw.wishGone', { time: when });
  };
  return {
    wishes: wishes.map((wish, n) => {
      const theirs = children.filter(({ id }) => wish.students.some((student) => student.equals(id)));
      const child = andList(
        theirs.map(({ name }) => name),
        event,
      );
      const teacher = theirs.flatMap(({ teachers }) => teachers).find(({ id }) => wish.resource.equals(id));
      const times = timesOf(wish).flatMap(sayTime);
      const asked = [
        ...times,
        ...(wish.any ? [t(times.length > 0 ? 'draw.wishAny' : 'draw.wishAnyTime')] : []),
      ];
      return {
        who: teacher ? t('draw.about', { teacher: teacher.name, child }) : child,
        asked: t('draw.wishAsked', { times: asked.join(' · ') }),
        drawn: drawnOf(n),
      };
    }),
    areGone,
    code: said?.turn ?? '',
    turn,
  };
}
